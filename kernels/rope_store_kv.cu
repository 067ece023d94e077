// Rope and StoreKv in one pass: q and k are turned in place, k (turned) and v go to the pages of the token's position
// qkv: [rows, (heads + 2 kvHeads) * headDim] F32 as q | k | v; keys, values: a KV layer, F32 or F16;
//   pages: [segments, pageStride]
// launch: grid (rows, heads + 2 kvHeads) of 64 threads: a block per head, a thread per pair (i, i + headDim / 2)
// numerics: bit for bit those of rope_f32 and store_kv
#include "kv_cache.cuh"

template <class T>
DEVICE void rope_store_kv(T* keys, T* values, float* qkv, const int* positions, const int* segmentOf, const RopeTable* ropes,
    const int* pages, int pageStride, int heads, int kvHeads, int headDim) {
    int row = blockIdx.x, head = blockIdx.y, half = headDim / 2;
    int segment = segmentOf[row], position = positions[row];
    float* source = qkv + ((i64)row * (heads + 2 * kvHeads) + head) * headDim;
    bool isTurned = head < heads + kvHeads, isStored = head >= heads;

    T* target = nullptr;
    if (isStored) {
        int kvHead = isTurned ? head - heads : head - heads - kvHeads;
        target = (isTurned ? keys : values) + kv_offset(pages + (i64)segment * pageStride, position, kvHead, kvHeads, headDim);
    }

    RopeTable rope = ropes[segment];
    i64 angle = (i64)position * half;
    for (int i = threadIdx.x; i < half; i += blockDim.x) {
        float first = source[i], second = source[i + half];
        if (isTurned) {
            rotate(first, second, rope.cosines[angle + i], rope.sines[angle + i]);
            source[i] = first;
            source[i + half] = second;
        }
        if (isStored) {
            target[i] = from_f32<T>(first);
            target[i + half] = from_f32<T>(second);
        }
    }
}

#define ROPE_STORE_KV(name, T) \
    KERNEL(name, 64)(T* __restrict__ keys, T* __restrict__ values, float* __restrict__ qkv, const int* __restrict__ positions, \
        const int* __restrict__ segmentOf, const RopeTable* __restrict__ ropes, const int* __restrict__ pages, int pageStride, \
        int heads, int kvHeads, int headDim) { \
        rope_store_kv<T>(keys, values, qkv, positions, segmentOf, ropes, pages, pageStride, heads, kvHeads, headDim); \
    }
ROPE_STORE_KV(rope_store_kv_f32, float)
ROPE_STORE_KV(rope_store_kv_f16, f16)

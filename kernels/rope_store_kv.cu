// Rope and StoreKv in one pass: q and k are rotated in place, k (rotated) and v go to the pages of the token's position
// qkv: [rows, (heads + 2 kvHeads) * headDim] F32 as q | k | v; keys, values: a KV layer, F32 or F16
// launch: grid (rows, heads + 2 kvHeads) of 64 threads: a block per head, a thread per pair (i, i + headDim / 2)
// numerics: bit for bit those of rope_f32 and store_kv
#include "kv_cache.cuh"

template <class T> DEVICE void rope_store_kv(T* keys, T* values, float* qkv, const AttentionParameters& p) {
    int row = blockIdx.x, head = blockIdx.y, half = p.headDim / 2;
    int segment = p.segment_of(row), position = p.position(row);
    float* source = qkv + (i64)row * p.qkv_width() + (i64)head * p.headDim;
    bool isRotated = head < p.heads + p.kvHeads, isStored = head >= p.heads;

    T* target = nullptr;
    if (isStored) {
        int kvHead = isRotated ? head - p.heads : head - p.heads - p.kvHeads;
        target = (isRotated ? keys : values) + kv_offset(p.pages_of(segment), position, kvHead, p.kvHeads, p.headDim);
    }

    RopeTable rope = p.ropes[segment];
    i64 angle = (i64)position * half;
    for (int i = threadIdx.x; i < half; i += blockDim.x) {
        float first = source[i], second = source[i + half];
        if (isRotated) {
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
    KERNEL(name, 64)( \
        T* __restrict__ keys, T* __restrict__ values, float* __restrict__ qkv, const __grid_constant__ AttentionParameters p) { \
        rope_store_kv<T>(keys, values, qkv, p); \
    }
ROPE_STORE_KV(rope_store_kv_f32, float)
ROPE_STORE_KV(rope_store_kv_f16, f16)

// keys, values[page of the token's position] = k, v of the token
// qkv: [rows, (heads + 2 kvHeads) * headDim] F32 as q | k | v; keys, values: a KV layer, F32 or F16;
//   pages: [segments, pageStride]
// launch: grid (rows, 2 kvHeads) of 64 threads: a block per head of k and of v
// numerics: rounded to nearest to the type of the cache
#include "kv_cache.cuh"

template <class T>
DEVICE void store_kv(T* keys, T* values, const float* qkv, const int* positions, const int* segmentOf,
    const int* pages, int pageStride, int heads, int kvHeads, int headDim) {
    int row = blockIdx.x, head = blockIdx.y;
    const float* source = qkv + ((i64)row * (heads + 2 * kvHeads) + heads + head) * headDim;
    const int* table = pages + (i64)segmentOf[row] * pageStride;
    int kvHead = head < kvHeads ? head : head - kvHeads;
    T* target = (head < kvHeads ? keys : values) + kv_offset(table, positions[row], kvHead, kvHeads, headDim);
    for (int i = threadIdx.x; i < headDim; i += blockDim.x) target[i] = from_f32<T>(source[i]);
}

#define STORE_KV(name, T) \
    KERNEL(name, 64)(T* __restrict__ keys, T* __restrict__ values, const float* __restrict__ qkv, \
        const int* __restrict__ positions, const int* __restrict__ segmentOf, const int* __restrict__ pages, int pageStride, int heads, int kvHeads, int headDim) { \
        store_kv<T>(keys, values, qkv, positions, segmentOf, pages, pageStride, heads, kvHeads, headDim); \
    }
STORE_KV(store_kv_f32, float)
STORE_KV(store_kv_f16, f16)

// keys, values[page of the token's position] = k, v of the token
// qkv: [rows, (heads + 2 kvHeads) * headDim] F32 as q | k | v; keys, values: a KV layer, F32 or F16
// launch: grid (rows, 2 kvHeads) of 64 threads: a block per head of k and of v
// numerics: rounded to nearest to the type of the cache
#include "kv_cache.cuh"

template <class T> DEVICE void store_kv(T* keys, T* values, const float* qkv, const AttentionParameters& p) {
    int row = blockIdx.x, head = blockIdx.y;
    const float* source = qkv + (i64)row * p.qkv_width() + (i64)(p.heads + head) * p.headDim;
    int kvHead = head < p.kvHeads ? head : head - p.kvHeads;
    i64 offset = kv_offset(p.pages_of(p.segment_of(row)), p.position(row), kvHead, p.kvHeads, p.headDim);
    T* target = (head < p.kvHeads ? keys : values) + offset;
    for (int i = threadIdx.x; i < p.headDim; i += blockDim.x) target[i] = from_f32<T>(source[i]);
}

#define STORE_KV(name, T) \
    KERNEL(name, 64)(T* __restrict__ keys, T* __restrict__ values, const float* __restrict__ qkv, \
        const __grid_constant__ AttentionParameters p) { \
        store_kv<T>(keys, values, qkv, p); \
    }
STORE_KV(store_kv_f32, float)
STORE_KV(store_kv_f16, f16)

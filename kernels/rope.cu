// For i < headDim / 2: (v[i], v[i + headDim / 2]) rotated by the angle of (position, i), for every head of q and k, in place
// qkv: [rows, (heads + 2 kvHeads) * headDim] F32 as q | k | v
// launch: grid (rows, heads + kvHeads) of 64 threads: a thread rotates a pair, consecutive threads consecutive pairs
// numerics: two products and a sum in f32, one of the products unrounded; the table is the host's, made in double
#include "kv_cache.cuh"

KERNEL(rope_f32, 64)(float* __restrict__ qkv, const __grid_constant__ AttentionParameters p) {
    int row = blockIdx.x, half = p.headDim / 2;
    float* head = qkv + (i64)row * p.qkv_width() + (i64)blockIdx.y * p.headDim;
    RopeTable rope = p.ropes[p.segment_of(row)];
    i64 angle = (i64)p.position(row) * half;
    for (int i = threadIdx.x; i < half; i += blockDim.x) {
        float first = head[i], second = head[i + half];
        rotate(first, second, rope.cosines[angle + i], rope.sines[angle + i]);
        head[i] = first;
        head[i + half] = second;
    }
}

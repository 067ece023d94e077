// v = v / sqrt(mean(v^2) + epsilon) * norm, for each head v of q and of k, in place
// qkv: [rows, qkvWidth] F32 as q | k | v; queryNorm, keyNorm: [headDim] F32
// launch: grid (rows, heads + kvHeads) of 32 threads: a warp per head
// numerics: squares summed in f32 in an order that headDim alone fixes; root and quotient rounded to nearest
#include "device.cuh"

KERNEL(rms_norm_heads_f32, 32)(float* qkv, const float* __restrict__ queryNorm, const float* __restrict__ keyNorm, int qkvWidth,
    int heads, int headDim, float epsilon) {
    float* head = qkv + (i64)blockIdx.x * qkvWidth + (i64)blockIdx.y * headDim;
    const float* norm = (int)blockIdx.y < heads ? queryNorm : keyNorm;
    float squares = 0;
    for (int i = threadIdx.x; i < headDim; i += 32) squares = fmaf(head[i], head[i], squares);
    float scale = 1 / sqrtf(warp_sum(squares) / headDim + epsilon);
    for (int i = threadIdx.x; i < headDim; i += 32) head[i] = head[i] * scale * norm[i];
}

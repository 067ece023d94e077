// y[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight
// y, x: [rows, width], weight: [width], F32; y may be x
// launch: one block of 512 threads per row: a decode step's few rows then still have 16 warps each to hide the memory behind
// numerics: squares summed in f32 in an order that width alone fixes; root and quotient rounded to nearest
#include "norm.cuh"

KERNEL(rms_norm_f32, NORM_LANES)(float* y, const float* x, const float* __restrict__ weight, int width, float epsilon) {
    __shared__ float sums[NORM_LANES / 32];
    const float* source = x + (i64)blockIdx.x * width;
    float* target = y + (i64)blockIdx.x * width;
    float scale = width % 4 == 0 ? inverse_rms<NORM_LANES, true>(source, width, epsilon, sums)
                                 : inverse_rms<NORM_LANES, false>(source, width, epsilon, sums);
#pragma unroll 4
    for (int i = threadIdx.x; i < width; i += NORM_LANES) target[i] = source[i] * scale * weight[i];
}

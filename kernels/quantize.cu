// a[r] = quantised(x[r]), or quantised(RMSNorm(x[r])) where there is a norm; see activations.cuh
// codes: [rows, width] bytes, scales: [rows, width / 32] pairs of words; x: [rows, width], norm: [width], F32; width % 32 = 0
// launch: one block of 256 threads per row
// numerics: the norm as in rms_norm_f32; then half a step of max |x| / 127 of each 32 numbers at most
#include "activations.cuh"

KERNEL(quantize_f32, 256)(u8* codes, uint2* scales, const float* __restrict__ x, const float* __restrict__ norm, int width, float epsilon) {
    __shared__ float sums[NORM_LANES / 32];
    int row = blockIdx.x;
    quantize_row<256>(x + (i64)row * width, norm, width, epsilon, sums, codes + (i64)row * width, scales + (i64)row * (width / 32));
}

// a[r] = quantized(x[r]), or quantized(RMSNorm(x[r])) where there is a norm; zeros for the rows behind the last, so that kernels
// for more rows than there are read numbers; see activations.cuh
// codes: [grid, width] bytes, scales: [grid, width / 32] pairs of words; x: [rows, width], norm: [width], F32; width % 32 = 0
// launch: one block of 256 threads per row, of codes
// numerics: the norm as in rms_norm_f32; then half a step of max |x| / 127 of each 32 numbers at most
#include "activations.cuh"

#define THREADS 256

KERNEL(quantize_f32, THREADS)(u8* __restrict__ codes, uint2* __restrict__ scales, const float* __restrict__ x,
    const float* __restrict__ norm, int rows, int width, float epsilon) {
    __shared__ float sums[NORM_LANES / 32];
    int row = blockIdx.x, groups = width / 32;
    u8* rowCodes = codes + (i64)row * width;
    uint2* rowScales = scales + (i64)row * groups;
    if (row < rows) {
        quantize_row<THREADS>(x + (i64)row * width, norm, width, epsilon, sums, rowCodes, rowScales);
        return;
    }
    for (int i = threadIdx.x; i < width / 16; i += THREADS) ((uint4*)rowCodes)[i] = {0, 0, 0, 0};
    for (int i = threadIdx.x; i < groups; i += THREADS) rowScales[i] = {0, 0};
}

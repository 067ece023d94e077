// y[r] += bias
// y: [rows, width], bias: [width] F32
// launch: grid (rows, ceil(width / 256)) of 256 threads
// numerics: one addition, rounded to nearest
#include "device.cuh"

KERNEL(add_bias_f32, 256)(float* y, const float* __restrict__ bias, int width) {
    int i = blockIdx.y * blockDim.x + threadIdx.x;
    if (i < width) y[(i64)blockIdx.x * width + i] += bias[i];
}

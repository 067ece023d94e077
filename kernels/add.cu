// y[r] += x[r]
// y, x: [rows, width] F32, back to back, n = rows * width
// launch: ceil(n / 256) blocks of 256 threads
// numerics: one addition, rounded to nearest
#include "device.cuh"

KERNEL(add_f32, 256)(float* __restrict__ y, const float* __restrict__ x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] += x[i];
}

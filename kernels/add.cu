// y[r] += x[r]
// y, x: [rows, width] F32, back to back, n = rows * width; y may be x
// launch: ceil(n / 256) blocks of 256 threads
// numerics: one addition, rounded to nearest
#include "device.cuh"

KERNEL(add_f32, 256)(float* y, const float* x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] += x[i];
}

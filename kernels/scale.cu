// y[i] = y[i] * factor
// y: [n] F32
// launch: ceil(n / 256) blocks of 256 threads
// numerics: one product, rounded to nearest
#include "device.cuh"

KERNEL(scale_f32, 256)(float* y, float factor, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] *= factor;
}

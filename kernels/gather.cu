// y[i] = x[rowIndices[i]]
// y: [blocks, width], x: [.., width] F32; rowIndices: int32
// launch: one block of 256 threads per row of y
// numerics: a copy
#include "device.cuh"

KERNEL(gather_f32, 256)(float* __restrict__ y, const float* __restrict__ x, const int* __restrict__ rowIndices, int width) {
    const float* source = x + (i64)rowIndices[blockIdx.x] * width;
    float* target = y + (i64)blockIdx.x * width;
    for (int i = threadIdx.x; i < width; i += blockDim.x) target[i] = source[i];
}

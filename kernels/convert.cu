// y[r, i] = x[r, i] in 16 bits: the activations of a matrix product on tensor cores
// y: [rows, pitch], pitch: a multiple of 8, at least width; x: [rows, width] F32; y's columns after width are zeros
// launch: (ceil(pitch / 1024), rows) blocks of 256 threads, four values a thread
// numerics: rounded to nearest even; F16 turns more than 65504 into infinity, which stays visible in the product
#include "device.cuh"

template <class T> DEVICE void convert(u16* y, const float* x, int width, int pitch) {
    int column = (blockIdx.x * 256 + threadIdx.x) * 4;
    if (column >= pitch) return;
    const float* from = x + (u64)blockIdx.y * width;
    float v[4];
    if ((width & 3) == 0 && column < width) {
        float4 four = *(const float4*)(from + column);
        v[0] = four.x, v[1] = four.y, v[2] = four.z, v[3] = four.w;
    } else {
#pragma unroll
        for (int i = 0; i < 4; i++) v[i] = column + i < width ? from[column + i] : 0.0f;
    }
    *(uint2*)(y + (u64)blockIdx.y * pitch + column) = uint2{pack2<T>(v[0], v[1]), pack2<T>(v[2], v[3])};
}

KERNEL(convert_f16, 256)(u16* __restrict__ y, const float* __restrict__ x, int width, int pitch) { convert<f16>(y, x, width, pitch); }
KERNEL(convert_bf16, 256)(u16* __restrict__ y, const float* __restrict__ x, int width, int pitch) { convert<bf16>(y, x, width, pitch); }

// y[r, i] = v in 16 bits, v = x[r, i], or RMSNorm(x[r])[i] with a norm: the activations of a product on tensor cores
// y: [rows, stride], zeros from column width on; stride: a multiple of 8, at least width; x: [rows, width], norm: [width] or
//   null, F32
// launch: one block of 512 threads per row, four values a thread at a time
// numerics: as rms_norm.cu, then rounded to nearest even; F16 makes infinity of more than 65504, which shows in the product
#include "norm.cuh"

template <class T, bool Aligned> DEVICE void convert(
    u16* y, const float* x, const float* norm, float epsilon, int width, int stride, float* sums) {
    float scale = norm ? inverse_rms<NORM_LANES, Aligned>(x, width, epsilon, sums) : 0;
    for (int i = threadIdx.x * 4; i < stride; i += NORM_LANES * 4) {
        float4 v = load4<Aligned>(x, i, width);
        if (norm) {
            float4 weight = load4<Aligned>(norm, i, width);
            v = float4{v.x * scale * weight.x, v.y * scale * weight.y, v.z * scale * weight.z, v.w * scale * weight.w};
        }
        *(uint2*)(y + i) = uint2{pack2<T>(v.x, v.y), pack2<T>(v.z, v.w)};
    }
}

#define CONVERT(name, T) \
    KERNEL(name, NORM_LANES)(u16* __restrict__ y, const float* __restrict__ x, const float* __restrict__ norm, float epsilon, \
        int width, int stride) { \
        __shared__ float sums[NORM_LANES / 32]; \
        y += (u64)blockIdx.x * stride; \
        x += (u64)blockIdx.x * width; \
        if (width % 4 == 0) convert<T, true>(y, x, norm, epsilon, width, stride, sums); \
        else convert<T, false>(y, x, norm, epsilon, width, stride, sums); \
    }
CONVERT(convert_f16, f16)
CONVERT(convert_bf16, bf16)

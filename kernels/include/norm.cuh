// The scale of RMSNorm, for every kernel that normalizes a row: all of them get the same bits.
#pragma once
#include "device.cuh"

// Partial sums of squares of a row, as many whatever the block: sum l takes the numbers with index / 4 % NORM_LANES = l. So
// width alone fixes the order of additions.
#define NORM_LANES 512

// x[i .. i + 4], zeros from `width` on. Aligned: width is a multiple of 4, so that rows begin at multiples of 16 bytes.
template <bool Aligned> DEVICE float4 load4(const float* x, int i, int width) {
    float4 v = {0, 0, 0, 0};
    if constexpr (Aligned) {
        if (i < width) v = *(const float4*)(x + i);
    } else {
        if (i < width) v.x = x[i];
        if (i + 1 < width) v.y = x[i + 1];
        if (i + 2 < width) v.z = x[i + 2];
        if (i + 3 < width) v.w = x[i + 3];
    }
    return v;
}

// 1 / sqrt(mean(x^2) + epsilon), by a block of `Threads`; every thread gets it. sums: shared [NORM_LANES / 32].
template <int Threads, bool Aligned> DEVICE float inverse_rms(const float* x, int width, float epsilon, float* sums) {
    constexpr int Lanes = NORM_LANES / Threads;
    float squares[Lanes] = {};
#pragma unroll 2
    for (int first = 0; first < width; first += 4 * NORM_LANES) {
#pragma unroll
        for (int l = 0; l < Lanes; l++) {
            float4 v = load4<Aligned>(x, first + 4 * (l * Threads + (int)threadIdx.x), width);
            squares[l] = fmaf(v.x, v.x, squares[l]);
            squares[l] = fmaf(v.y, v.y, squares[l]);
            squares[l] = fmaf(v.z, v.z, squares[l]);
            squares[l] = fmaf(v.w, v.w, squares[l]);
        }
    }
#pragma unroll
    for (int l = 0; l < Lanes; l++) {
        float sum = warp_sum(squares[l]);
        if (threadIdx.x % 32 == 0) sums[(l * Threads + threadIdx.x) / 32] = sum;
    }
    __syncthreads();
    float total = warp_sum(threadIdx.x % 32 < NORM_LANES / 32 ? sums[threadIdx.x % 32] : 0);
    return 1 / sqrtf(total / width + epsilon);
}

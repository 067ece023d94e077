// The scale of RMSNorm, for every kernel that normalises a row: all of them get the same bits.
#pragma once
#include "device.cuh"

// As many partial sums of squares a row, whatever the block: the order of additions is fixed by width alone.
#define NORM_LANES 512

// 1 / sqrt(mean(x^2) + epsilon), by a block of `Threads`; every thread gets it. sums: shared [NORM_LANES / 32].
template <int Threads> DEVICE float inverse_rms(const float* x, int width, float epsilon, float* sums) {
#pragma unroll
    for (int first = 0; first < NORM_LANES; first += Threads) {
        int lane = first + threadIdx.x;
        float squares = 0;
#pragma unroll 4
        for (int i = lane; i < width; i += NORM_LANES) squares = fmaf(x[i], x[i], squares);
        squares = warp_sum(squares);
        if (lane % 32 == 0) sums[lane / 32] = squares;
    }
    __syncthreads();
    float total = warp_sum(threadIdx.x % 32 < NORM_LANES / 32 ? sums[threadIdx.x % 32] : 0);
    return 1 / sqrtf(total / width + epsilon);
}

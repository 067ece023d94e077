// y[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight
// y, x: [rows, width], weight: [width], F32; y may be x
// launch: one block of 512 threads per row: a decode step's few rows then still have 16 warps each to hide the memory behind
// numerics: squares summed in f32 in an order that width alone fixes; root and quotient rounded to nearest
#include "device.cuh"

#define THREADS 512

KERNEL(rms_norm_f32, THREADS)(float* y, const float* x, const float* __restrict__ weight, int width, float epsilon) {
    __shared__ float sums[THREADS / 32];
    const float* source = x + (i64)blockIdx.x * width;
    float* target = y + (i64)blockIdx.x * width;

    float squares = 0;
#pragma unroll 4
    for (int i = threadIdx.x; i < width; i += THREADS) squares = fmaf(source[i], source[i], squares);
    squares = warp_sum(squares);
    if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = squares;
    __syncthreads();
    squares = warp_sum(threadIdx.x % 32 < THREADS / 32 ? sums[threadIdx.x % 32] : 0);

    // Four at a time are read before they are written: y may be x, so the compiler cannot move a read above a write.
    float scale = 1 / sqrtf(squares / width + epsilon);
    for (int first = threadIdx.x; first < width; first += 4 * THREADS) {
        float scaled[4];
#pragma unroll
        for (int j = 0; j < 4; j++) {
            int i = first + j * THREADS;
            scaled[j] = i < width ? source[i] * scale * weight[i] : 0;
        }
#pragma unroll
        for (int j = 0; j < 4; j++) {
            int i = first + j * THREADS;
            if (i < width) target[i] = scaled[j];
        }
    }
}

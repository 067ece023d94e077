// y[r] = table[tokens[r]]
// y: [rows, width] F32, tokens: [rows], table: planes of [vocabulary, width]
// launch: grid (rows, ceil(width / 32 / 128)) of 128 threads, a group of 32 numbers a thread. Groups pass through shared
//   memory, so neighboring lanes write neighboring numbers
// numerics: the bits of WeightFormat.Dequantize
#include "weights.cuh"

#define THREADS 128
#define STRIDE 33 // of a group in shared memory: lanes write to different banks

template <class F> DEVICE void embed(float* y, const int* tokens, const Planes& table) {
    __shared__ float shared[THREADS * STRIDE];
    int row = blockIdx.x, firstGroup = blockIdx.y * THREADS, group = firstGroup + threadIdx.x;
    if (group < table.width / 32) {
        float values[32];
        dequantize32<F>(table, tokens[row], group, values);
#pragma unroll
        for (int i = 0; i < 32; i++) shared[threadIdx.x * STRIDE + i] = values[i];
    }
    __syncthreads();
    int count = min(THREADS * 32, table.width - firstGroup * 32);
    float* target = y + (i64)row * table.width + firstGroup * 32;
    for (int i = threadIdx.x; i < count; i += THREADS) target[i] = shared[i / 32 * STRIDE + i % 32];
}

KERNEL(NAME(embed_, SYMBOL, ), THREADS)(
    float* __restrict__ y, const int* __restrict__ tokens, const __grid_constant__ Planes table) {
    embed<FORMAT>(y, tokens, table);
}

// y[r] = table[tokens[r]]
// y: [rows, width] F32, tokens: [rows], table: planes of [vocabulary, width]
// launch: grid (ceil(width / 32 / 128), rows) of 128 threads, a thread a group of 32 numbers; a group's numbers pass through shared
//   memory, so that neighbouring lanes write neighbouring numbers
// numerics: the bits of WeightFormat.Dequantize
#include "weights.cuh"

#define THREADS 128
#define PITCH 33 // of a group in shared memory: lanes write to different banks

template <class F> DEVICE void embed(float* y, const int* tokens, const Planes& table) {
    __shared__ float shared[THREADS * PITCH];
    int row = blockIdx.y, first_group = blockIdx.x * THREADS, group = first_group + threadIdx.x;
    if (group < table.width / 32) {
        float values[32];
        dequantize32<F>(table, tokens[row], group, values);
#pragma unroll
        for (int i = 0; i < 32; i++) shared[threadIdx.x * PITCH + i] = values[i];
    }
    __syncthreads();
    int count = min(THREADS * 32, table.width - first_group * 32);
    float* target = y + (i64)row * table.width + first_group * 32;
    for (int i = threadIdx.x; i < count; i += THREADS) target[i] = shared[i / 32 * PITCH + i % 32];
}

template <class T> DEVICE void embed_float(float* y, const int* tokens, const Planes& table) {
    int row = blockIdx.y, first = blockIdx.x * THREADS * 32;
    const T* source = (const T*)(table.low + (u64)tokens[row] * table.low_pitch);
    int end = min(first + THREADS * 32, table.width);
    for (int i = first + threadIdx.x; i < end; i += THREADS) y[(i64)row * table.width + i] = to_f32(source[i]);
}

#define EMBED_QUANTIZED(symbol, F) \
    KERNEL(embed_##symbol, THREADS)(float* __restrict__ y, const int* __restrict__ tokens, const __grid_constant__ Planes table) { \
        embed<F>(y, tokens, table); \
    }
#define EMBED_FLOAT(symbol, T) \
    KERNEL(embed_##symbol, THREADS)(float* __restrict__ y, const int* __restrict__ tokens, const __grid_constant__ Planes table) { \
        embed_float<T>(y, tokens, table); \
    }
QUANT_FORMATS(EMBED_QUANTIZED)
FLOAT_FORMATS(EMBED_FLOAT)

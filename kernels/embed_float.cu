// y[r] = table[tokens[r]]
// y: [rows, width] F32, tokens: [rows], table: [vocabulary, width] in F32, F16 or BF16
// launch: grid (rows, ceil(width / 32 / 128)) of 128 threads, as embed_quantized: a block writes 4096 numbers of a row
// numerics: exact
#include "weights.cuh"

#define THREADS 128

template <class T> DEVICE void embed(float* y, const int* tokens, const Planes& table) {
    int row = blockIdx.x, first = blockIdx.y * THREADS * 32;
    const T* source = (const T*)(table.low + (u64)tokens[row] * table.lowRowBytes);
    int end = min(first + THREADS * 32, table.width);
    for (int i = first + threadIdx.x; i < end; i += THREADS) y[(i64)row * table.width + i] = to_f32(source[i]);
}

KERNEL(NAME(embed_, SYMBOL, ), THREADS)(
    float* __restrict__ y, const int* __restrict__ tokens, const __grid_constant__ Planes table) {
    embed<FORMAT>(y, tokens, table);
}

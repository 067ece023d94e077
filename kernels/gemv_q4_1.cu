// y[b] = w . x[b] for up to eight rows, w in Q4_1: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q4_1, Q4_1)

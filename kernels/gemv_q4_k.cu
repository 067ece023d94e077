// y[b] = w . x[b] for up to eight rows, w in Q4_K: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q4_k, Q4_K)

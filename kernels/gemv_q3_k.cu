// y[b] = w . x[b] for up to eight rows, w in Q3_K: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q3_k, Q3_K)

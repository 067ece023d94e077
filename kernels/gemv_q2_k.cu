// y[b] = w . x[b] for up to eight rows, w in Q2_K: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q2_k, Q2_K)

// y[b] = w . x[b] for up to eight rows, w in Q6_K: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q6_k, Q6_K)

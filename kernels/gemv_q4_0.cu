// y[b] = w . x[b] for up to eight rows, w in Q4_0: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q4_0, Q4_0)

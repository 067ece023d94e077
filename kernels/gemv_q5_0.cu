// y[b] = w . x[b] for up to eight rows, w in Q5_0: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q5_0, Q5_0)

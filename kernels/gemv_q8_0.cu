// y[b] = w . x[b] for up to eight rows, w in Q8_0: gemv_quantized.cuh says how.
#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q8_0, Q8_0)

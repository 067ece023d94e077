// y[b] = w . x[b] for up to eight rows, w in BF16: gemv_float.cuh says how.
#include "gemv_float.cuh"

GEMV_FLOAT(bf16, bf16)

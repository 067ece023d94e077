// y[b] = w . x[b] for up to eight rows, w in F16: gemv_float.cuh says how.
#include "gemv_float.cuh"

GEMV_FLOAT(f16, f16)

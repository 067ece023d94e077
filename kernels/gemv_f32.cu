// y[b] = w . x[b] for up to eight rows, w in F32: gemv_float.cuh says how.
#include "gemv_float.cuh"

GEMV_FLOAT(f32, float)

#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q3_k, Q3_K)

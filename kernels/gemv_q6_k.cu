#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q6_k, Q6_K)

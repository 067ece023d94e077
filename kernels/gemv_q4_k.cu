#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q4_k, Q4_K)

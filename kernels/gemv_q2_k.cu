#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q2_k, Q2_K)

#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q5_k, Q5_K)

#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q4_1, Q4_1)

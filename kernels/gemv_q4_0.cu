#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q4_0, Q4_0)

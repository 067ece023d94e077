#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q5_1, Q5_1)

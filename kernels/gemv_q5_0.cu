#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q5_0, Q5_0)

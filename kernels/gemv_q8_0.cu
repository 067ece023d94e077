#include "gemv_quantized.cuh"

GEMV_QUANTIZED(q8_0, Q8_0)

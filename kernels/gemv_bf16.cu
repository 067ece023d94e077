#include "gemv_float.cuh"

GEMV_FLOAT(bf16, bf16)

#include "gemv_float.cuh"

GEMV_FLOAT(f16, f16)

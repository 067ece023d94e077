#include "gemv_float.cuh"

GEMV_FLOAT(f32, float)

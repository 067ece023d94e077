#include "gemm.cuh"

GEMM_HALVES(f16, f16)

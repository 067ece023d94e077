#include "gemm_sm90a.cuh"

GEMM_HALVES_SM90A(gemm_f16, f16, 128)
GEMM_HALVES_SM90A(gemm_f16_wide, f16, 256)

#include "gemm_sm90a.cuh"

GEMM_HALVES_SM90A(gemm_bf16, bf16, 128)
GEMM_HALVES_SM90A(gemm_bf16_wide, bf16, 256)

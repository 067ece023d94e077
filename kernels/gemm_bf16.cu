#include "gemm.cuh"

GEMM_HALVES(bf16, bf16)

#include "gemm.cuh"

GEMM_BLOCKS(q2_k, Q2_K)

#include "gemm.cuh"

GEMM_BLOCKS(q4_k, Q4_K)

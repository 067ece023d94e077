#include "gemm.cuh"

GEMM_BLOCKS(q6_k, Q6_K)

#include "gemm.cuh"

GEMM_BLOCKS(q5_k, Q5_K)

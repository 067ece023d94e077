#include "gemm.cuh"

GEMM_BLOCKS(q3_k, Q3_K)

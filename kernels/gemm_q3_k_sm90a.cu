#include "gemm_sm90a.cuh"

GEMM_BLOCKS_SM90A(q3_k, Q3_K)

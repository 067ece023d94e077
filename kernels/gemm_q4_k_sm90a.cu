#include "gemm_sm90a.cuh"

GEMM_BLOCKS_SM90A(q4_k, Q4_K)

#include "gemm_sm90a.cuh"

GEMM_BLOCKS_SM90A(q6_k, Q6_K)

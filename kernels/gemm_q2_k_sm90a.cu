#include "gemm_sm90a.cuh"

GEMM_BLOCKS_SM90A(q2_k, Q2_K)

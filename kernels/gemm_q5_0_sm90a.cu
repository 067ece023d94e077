#include "gemm_sm90a.cuh"

GEMM_BLOCKS_SM90A(q5_0, Q5_0)

#include "gemm_sm90a.cuh"

GEMM_BLOCKS_SM90A(q8_0, Q8_0)

#include "gemm.cuh"

GEMM_BLOCKS(q4_1, Q4_1)

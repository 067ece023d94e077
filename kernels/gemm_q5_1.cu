#include "gemm.cuh"

GEMM_BLOCKS(q5_1, Q5_1)

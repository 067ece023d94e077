#include "gemm.cuh"

GEMM_BLOCKS(q5_0, Q5_0)

#include "gemm.cuh"

GEMM_BLOCKS(q4_0, Q4_0)

#include "gemm.cuh"

GEMM_BLOCKS(q8_0, Q8_0)

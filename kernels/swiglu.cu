// y[r, i] = silu(gate[r, i]) * up[r, i], silu(v) = v / (1 + exp(-v))
// y: [rows, n], gateUp: [rows, 2n] as gate | up, F32
// launch: grid (rows, ceil(n / 256)) of 256 threads
// numerics: exp to one unit in the last place; sum, quotient and product rounded to nearest
#include "epilogue.cuh"

KERNEL(swiglu_f32, 256)(float* __restrict__ y, const float* __restrict__ gateUp, int n) {
    int i = blockIdx.y * blockDim.x + threadIdx.x;
    if (i >= n) return;
    const float* row = gateUp + (i64)blockIdx.x * 2 * n;
    y[(i64)blockIdx.x * n + i] = swiglu(row[i], row[n + i]);
}

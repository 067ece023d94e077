// Makes the next decode step's input: tokens[r] = drawn[r], one position and one draw further
// tokens, positions, firstPositions, drawn: [rows] int32; parameters: [rows]; a row is a sequence. No token (-1) becomes 0
// launch: ceil(rows / 256) blocks of 256 threads
// numerics: none
#include "sample_parameters.cuh"

KERNEL(advance, 256)(int* __restrict__ tokens, int* __restrict__ positions, int* __restrict__ firstPositions,
    SampleParameters* __restrict__ parameters, const int* __restrict__ drawn, int rows) {
    int r = blockIdx.x * blockDim.x + threadIdx.x;
    if (r >= rows) return;
    tokens[r] = max(drawn[r], 0); // The host ends a sequence at -1; until then embed reads a row of the table.
    positions[r]++;
    firstPositions[r]++;
    parameters[r].index++;
}

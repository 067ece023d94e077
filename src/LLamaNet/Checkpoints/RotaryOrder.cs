using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints;

// Reorders the rows of each head of a query or key matrix between the two rotary pairings.
internal static class RotaryOrder
{
    // Row i < d/2 of a head comes from row 2i, row d/2 + i from row 2i + 1.
    public static MatrixSource ToSplitHalves(MatrixSource source, int headDim) =>
        new PermutedMatrix(source, headDim, row => row < headDim / 2 ? 2 * row : 2 * (row - headDim / 2) + 1);

    // Row 2i of a head comes from row i, row 2i + 1 from row d/2 + i.
    public static MatrixSource ToAdjacentPairs(MatrixSource source, int headDim) =>
        new PermutedMatrix(source, headDim, row => row % 2 == 0 ? row / 2 : headDim / 2 + row / 2);
}

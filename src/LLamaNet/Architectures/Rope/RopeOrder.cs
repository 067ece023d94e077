using LLamaNet.Tensors;

namespace LLamaNet.Architectures.Rope;

// Reorders the rows of each head of a query or key matrix between the two pairings.
internal static class RopeOrder
{
    public static MatrixSource Reorder(MatrixSource source, int headDim, RopePairing from, RopePairing to)
    {
        if (from == to) return source;
        int half = headDim / 2;
        return to == RopePairing.SplitHalves
            ? new PermutedMatrix(source, headDim, row => row < half ? 2 * row : 2 * (row - half) + 1)
            : new PermutedMatrix(source, headDim, row => row % 2 == 0 ? row / 2 : half + row / 2);
    }
}

using LLamaNet.Tensors;

namespace LLamaNet.Architectures.Rope;

// Reorders the elements of heads: rows of query and key matrices, elements of their biases and norms. The forward pass has
// pair i at (i, i + headDim/2), the rotated pairs first; the others go through with an angle of 0. Scores do not change when
// q and k are reordered alike.
internal static class RopeOrder
{
    public static MatrixSource ToForwardPass(MatrixSource source, ModelTensor tensor, LlamaConfig config, RopePairing from) =>
        Permuted(source, tensor, config, FileOrder(config, from));

    public static MatrixSource ToFile(
        MatrixSource source, ModelTensor tensor, LlamaConfig config, RopePairing from, RopePairing to)
    {
        int[] sources = FileOrder(config, from), targets = FileOrder(config, to), order = new int[config.HeadDim];
        for (int i = 0; i < order.Length; i++) order[targets[i]] = sources[i];
        return Permuted(source, tensor, config, order);
    }

    // For each element of a head in the forward pass's order: its place in the file's.
    private static int[] FileOrder(LlamaConfig config, RopePairing pairing)
    {
        int half = config.HeadDim / 2, pairs = (config.RopeDim ?? config.HeadDim) / 2;
        var order = new int[config.HeadDim];
        for (int i = 0; i < half; i++)
        {
            bool isSplit = pairing == RopePairing.SplitHalves && i < pairs;
            (order[i], order[i + half]) = isSplit ? (i, i + pairs) : (2 * i, 2 * i + 1);
        }

        return order;
    }

    private static MatrixSource Permuted(MatrixSource source, ModelTensor tensor, LlamaConfig config, int[] order)
    {
        if (!tensor.IsRotated || order.Index().All(element => element.Index == element.Item)) return source;
        return tensor.Kind == TensorKind.Matrix
            ? new PermutedMatrix(source, config.HeadDim, row => order[row])
            : new PermutedVector(source, config.HeadDim, element => order[element]);
    }
}

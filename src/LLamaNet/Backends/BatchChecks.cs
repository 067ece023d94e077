using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// Kernels follow pointers: the names in a batch are checked before them, whoever calls.
internal static class BatchChecks
{
    public static void Tokens(Batch batch, int vocabulary)
    {
        if (batch.Tokens.ContainsAnyExceptInRange(0, vocabulary - 1))
            throw new ArgumentException($"A token is not one of the table's {vocabulary}.", nameof(batch));
    }

    // vocabulary: logits in a row.
    public static void Sampling(Batch batch, int vocabulary)
    {
        foreach (SampleParameters parameters in batch.Sampling)
        {
            if (parameters.Vocabulary < 1 || parameters.Vocabulary > vocabulary)
            {
                throw new ArgumentException(
                    $"Draws among {parameters.Vocabulary} tokens and there are {vocabulary} logits.", nameof(batch));
            }
        }
    }

    // Every position has its rotation.
    public static void Ropes(Batch batch, int headDim)
    {
        for (int i = 0; i < batch.Segments.Count; i++)
        {
            Batch.Segment segment = batch.Segments[i];
            int positions = segment.FirstPosition + segment.Count;
            Rotations(segment.Rope.Cosines, positions, headDim);
            Rotations(segment.Rope.Sines, positions, headDim);
        }
    }

    // Every position has a page, and the pages are among the layer's.
    public static void Pages(Batch batch, int pages)
    {
        for (int i = 0; i < batch.Segments.Count; i++)
        {
            Batch.Segment segment = batch.Segments[i];
            int used = KvLayer.PagesFor(segment.FirstPosition + segment.Count);
            if (used > segment.Pages.Length || segment.Pages.AsSpan(0, used).ContainsAnyExceptInRange(0, pages - 1))
            {
                throw new ArgumentException(
                    $"A sequence needs {used} pages of the layer's {pages} for its positions.", nameof(batch));
            }
        }
    }

    // The layer has the shape's heads in one of the types; returns its pages.
    public static int Layer(KvLayer kv, AttentionShape shape, IReadOnlyList<DType> types)
    {
        if (kv.HeadDim != shape.HeadDim || kv.KvHeads != shape.KvHeads || kv.Keys.Width != shape.HeadDim
            || kv.Values.Width != shape.HeadDim || kv.Values.Rows != kv.Keys.Rows || kv.Values.Type != kv.Keys.Type
            || !types.Contains(kv.Keys.Type))
        {
            throw new ArgumentException(
                $"A cache of {kv.KvHeads} heads of {kv.HeadDim} in {kv.Keys.Type} does not fit {shape}.", nameof(kv));
        }

        return kv.Keys.Rows / (KvLayer.PageLength * shape.KvHeads);
    }

    private static void Rotations(Tensor table, int positions, int headDim)
    {
        if (table.Type == DType.F32 && table.Width == headDim / 2 && table.Rows >= positions) return;
        throw new ArgumentException(
            $"A rotation of [{table.Rows}, {table.Width}] serves no {positions} positions of heads of {headDim}.");
    }
}

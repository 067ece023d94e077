namespace LLamaNet.Tensors;

// The format a matrix really takes when a model is converted to a requested one while loading. Norms and other vectors are not
// asked about: they stay F32.
internal static class FormatChoice
{
    private const string Embedding = "token_embd.weight";
    private const string Output = "output.weight";

    // tied: the embedding is the output projection too. Rounding errors of the output go straight into the logits, so it is
    // kept at no less than Q6_K; then a width that is no multiple of the block moves on to the next wider format.
    public static DType For(DType requested, string tensorName, int width, bool tied)
    {
        DType type = requested;
        if (tensorName == Output || tied && tensorName == Embedding) type = AtLeastSixBits(type);
        while (width % WeightFormat.Of(type).BlockLength != 0) type = WeightFormat.Of(type).ShorterBlocks;
        return type;
    }

    private static DType AtLeastSixBits(DType type) =>
        WeightFormat.Of(type).BitsPerWeight < WeightFormat.Of(DType.Q6_K).BitsPerWeight ? DType.Q6_K : type;
}

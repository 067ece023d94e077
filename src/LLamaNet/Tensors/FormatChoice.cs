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
        while (width % WeightFormat.Of(type).BlockLength != 0) type = ShorterBlock(type);
        return type;
    }

    private static DType AtLeastSixBits(DType type) => type switch
    {
        DType.F32 or DType.F16 or DType.BF16 or DType.Q8_0 => type,
        _ => DType.Q6_K,
    };

    // At least as many bits a weight, in blocks of 32 where they were 256, and of 1 where they were 32.
    private static DType ShorterBlock(DType type) => type switch
    {
        DType.Q2_K or DType.Q3_K or DType.Q4_K => DType.Q5_0,
        DType.Q5_K => DType.Q5_1,
        DType.Q6_K => DType.Q8_0,
        _ => DType.F16,
    };
}

using LLamaNet.Architectures.Mixes;
using LLamaNet.Tensors;

namespace LLamaNet.Architectures;

// The format that a tensor takes when a model is converted to a requested one.
internal static class FormatChoice
{
    // Of a tensor of a file. Fused queries, keys and values take the format of the values.
    public static DType For(QuantizationMix mix, StoredTensor stored, LlamaConfig config)
    {
        ModelTensor tensor = stored.Parts.FirstOrDefault(part => part.Role == TensorRole.Value) ?? stored.Parts[0];
        return For(mix.For(tensor.Role, tensor.Layer, config), tensor, config.TiedEmbeddings);
    }

    // Norms stay F32.
    public static DType For(DType requested, ModelTensor tensor, bool tied) =>
        tensor.Kind == TensorKind.Matrix ? For(requested, tensor.Role, tensor.Width, tied) : DType.F32;

    // tied: the embedding is the output projection too. Rounding errors of the output go straight into the logits, so it is
    // kept at no less than Q6_K; then a width that is no multiple of the block moves on to the next wider format.
    public static DType For(DType requested, TensorRole role, int width, bool tied)
    {
        DType type = requested;
        if (role == TensorRole.Output || tied && role == TensorRole.Embedding) type = AtLeastSixBits(type);
        while (width % WeightFormat.Of(type).BlockLength != 0) type = WeightFormat.Of(type).ShorterBlocks;
        return type;
    }

    private static DType AtLeastSixBits(DType type) =>
        WeightFormat.Of(type).BitsPerWeight < WeightFormat.Of(DType.Q6_K).BitsPerWeight ? DType.Q6_K : type;
}

namespace LLamaNet.Tests.Doubles;

// Shapes of models that tests share. A test says with `with` what is special to it.
internal static class TestConfigs
{
    // A few hundred weights.
    public static LlamaConfig Tiny { get; } =
        Of(width: 8, layers: 2, heads: 2, kvHeads: 1, headDim: 4, ffnWidth: 12, vocabulary: 6, context: 32);

    // Widths that fill no register.
    public static LlamaConfig Odd { get; } =
        Of(width: 48, layers: 2, heads: 4, kvHeads: 4, headDim: 12, ffnWidth: 80, vocabulary: 101, context: 512);

    // Heads of a size that has kernels of its own; products of whole blocks of 32.
    public static LlamaConfig Blocks32 { get; } =
        Of(width: 64, layers: 2, heads: 2, kvHeads: 1, headDim: 64, ffnWidth: 96, vocabulary: 200, context: 4096);

    // The same, and products of whole blocks of 256.
    public static LlamaConfig Blocks256 { get; } =
        Of(width: 256, layers: 2, heads: 4, kvHeads: 2, headDim: 64, ffnWidth: 512, vocabulary: 200, context: 4096);

    // The checkpoint of the shared data.
    public static LlamaConfig Stories260K { get; } =
        Of(width: 64, layers: 5, heads: 8, kvHeads: 4, headDim: 8, ffnWidth: 172, vocabulary: 512, context: 512) with
        {
            TiedEmbeddings = true,
        };

    public static LlamaConfig Of(
        int width, int layers, int heads, int kvHeads, int headDim, int ffnWidth, int vocabulary, int context) => new()
        {
            Width = width,
            Layers = layers,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = headDim,
            FfnWidth = ffnWidth,
            VocabularySize = vocabulary,
            ContextLength = context,
            RmsNormEpsilon = 1e-5f,
        };
}

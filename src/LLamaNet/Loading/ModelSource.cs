using LLamaNet.Checkpoints;
using LLamaNet.Tensors;

namespace LLamaNet.Loading;

// A model before it is loaded: its shape, where its weights come from, and what goes with them.
// Tokenizer: null for random weights.
internal sealed record ModelSource(
    LlamaConfig Config, WeightLoader Weights, ModelTokenizer? Tokenizer, GenerationDefaults Defaults)
{
    // The checkpoint must stay open as long as weights are read. weightType: null keeps the checkpoint's formats.
    public static ModelSource Of(Checkpoint checkpoint, DType? weightType)
    {
        LlamaConfig config = checkpoint.ReadConfig();
        ModelTokenizer tokenizer = checkpoint.ReadTokenizer();
        if (tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new ModelFormatException(
                checkpoint.Path, "tokenizer", $"at most {config.VocabularySize} tokens", $"{tokenizer.VocabularySize}");
        }

        TensorShape.CheckAll(checkpoint.Path, config, checkpoint.Tensors);
        var weights = new WeightLoader(config, checkpoint.Pairing, weightType, checkpoint.Path, name => checkpoint.Tensors[name]);
        return new ModelSource(config, weights, tokenizer, checkpoint.GenerationDefaults);
    }

    public static ModelSource Random(LlamaConfig config, DType weightType, ulong seed) => Of(
        config, weightType, "random weights", (shape, index) => new RandomMatrix(
            shape.Name, shape.Rows == 1 ? DType.F32 : FormatChoice.For(weightType, shape.Name, shape.Width, config.TiedEmbeddings),
            shape.Rows, shape.Width, seed + (ulong)index));

    // Without contents: for plans.
    public static ModelSource Shapes(LlamaConfig config, DType weightType) => Of(
        config, weightType, "plan", (shape, _) => new ShapeMatrix(shape.Name, DType.F32, shape.Rows, shape.Width));

    private static ModelSource Of(LlamaConfig config, DType weightType, string name, Func<TensorShape, int, MatrixSource> make)
    {
        Dictionary<string, MatrixSource> tensors = TensorShape.Of(config).Select(make).ToDictionary(matrix => matrix.Name);
        var weights = new WeightLoader(config, RotaryPairing.SplitHalves, weightType, name, tensor => tensors[tensor]);
        return new ModelSource(config, weights, null, GenerationDefaults.None);
    }
}

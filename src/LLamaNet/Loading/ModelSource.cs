using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Tensors;

namespace LLamaNet.Loading;

// A model before it is loaded: its shape, where its weights come from, and what goes with them.
internal sealed record ModelSource(
    LlamaConfig Config, WeightLoader Weights, TokenizerSource Tokenizer, GenerationDefaults Defaults,
    IReadOnlyList<string> Warnings)
{
    // The checkpoint must stay open as long as weights are read. weightType: null keeps the checkpoint's formats.
    public static ModelSource Of(Checkpoint checkpoint, DType? weightType)
    {
        LlamaConfig config = checkpoint.Config;
        TokenizerSource tokenizer = TokenizerSource.Of(checkpoint);
        var weights = new WeightLoader(config, checkpoint.Pairing, weightType, checkpoint.Path, id => checkpoint.Tensors[id]);
        return new ModelSource(config, weights, tokenizer, checkpoint.GenerationDefaults, checkpoint.Warnings.All);
    }

    public static ModelSource Random(LlamaConfig config, DType weightType, ulong seed) => Of(
        config, weightType, "random weights", (tensor, index) => new RandomMatrix(
            $"{tensor.Id}", FormatChoice.For(weightType, tensor, config.TiedEmbeddings), tensor.Rows, tensor.Width,
            seed + (ulong)index));

    // Without contents: for plans.
    public static ModelSource Shapes(LlamaConfig config, DType weightType) => Of(
        config, weightType, "plan", (tensor, _) => new ShapeMatrix($"{tensor.Id}", DType.F32, tensor.Rows, tensor.Width));

    private static ModelSource Of(LlamaConfig config, DType weightType, string name, Func<ModelTensor, int, MatrixSource> make)
    {
        Dictionary<TensorId, MatrixSource> tensors = ModelTensors.Of(config)
            .Select((tensor, index) => (tensor.Id, Matrix: make(tensor, index)))
            .ToDictionary(pair => pair.Id, pair => pair.Matrix);
        var weights = new WeightLoader(config, RopePairing.SplitHalves, weightType, name, id => tensors[id]);
        return new ModelSource(config, weights, TokenizerSource.None, GenerationDefaults.None, []);
    }
}

namespace LLamaNet.Architectures.Mixes;

// The format of one role in some layers. MinQueriesPerKey: the least number of query heads that share a key for it to hold.
internal sealed record MixRule(TensorRole Role, DType Type, LayerRange Layers = LayerRange.All, int MinQueriesPerKey = 1)
{
    public bool Holds(TensorRole role, int layer, LlamaConfig config) =>
        role == Role && config.Heads / config.KvHeads >= MinQueriesPerKey && Contains(layer, config.Layers);

    // Divisions round down, as llama.cpp's do: they say how many layers of a small model get more bits.
    private bool Contains(int layer, int layers) => Layers switch
    {
        LayerRange.All => true,
        LayerRange.FirstTwo => layer < 2,
        LayerRange.FirstFour => layer < 4,
        LayerRange.FirstSixteenth => layer < layers / 16,
        LayerRange.FirstEighth => layer < layers / 8,
        LayerRange.Sensitive =>
            layer < layers / 8 || layer >= (int)(7L * layers / 8) || (layer - layers / 8) % 3 == 2,
        _ => throw new InvalidOperationException($"{Layers} is no range of layers."),
    };
}

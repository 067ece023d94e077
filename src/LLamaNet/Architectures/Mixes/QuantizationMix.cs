namespace LLamaNet.Architectures.Mixes;

// What `quantize --type` names: a format for each role. The first rule that holds decides, else Type.
// FileType: `general.file_type` in GGUF files. Alias: a second name, as llama.cpp has it.
internal sealed record QuantizationMix(string Name, uint FileType, DType Type, string? Alias = null)
{
    public IReadOnlyList<MixRule> Rules { get; init; } = [];

    public static IReadOnlyList<string> Names { get; } =
        [.. QuantizationMixes.All.SelectMany(mix => mix.Alias is { } alias ? new[] { mix.Name, alias } : [mix.Name])];

    // In any case; null when there is none of this name.
    public static QuantizationMix? TryFind(string name) => QuantizationMixes.All.FirstOrDefault(
        mix => name.Equals(mix.Name, StringComparison.OrdinalIgnoreCase)
            || name.Equals(mix.Alias, StringComparison.OrdinalIgnoreCase));

    // Without regard to the tensor's width. layer: null outside of the layers.
    public DType For(TensorRole role, int? layer, LlamaConfig config)
    {
        DType type = layer is { } index
            ? Rules.FirstOrDefault(rule => rule.Holds(role, index, config))?.Type ?? Type
            : Type;

        // LLaMA 2 and 3 70B: eight queries share a value, so that more bits cost little.
        bool is70B = config.Layers == 80 && config.Heads != config.KvHeads;
        return is70B && role == TensorRole.Value && type is (DType.Q3_K or DType.Q4_K) ? DType.Q5_K : type;
    }
}

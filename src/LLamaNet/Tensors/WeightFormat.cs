using LLamaNet.Tensors.Formats;

namespace LLamaNet.Tensors;

// One way to store rows of weights, as GGUF lays them out on disk: a row is a run of blocks, rows are back to back.
// Each format is one file in Formats/; this table is the only list of them.
internal abstract class WeightFormat(DType type, int blockLength, int blockBytes)
{
    public DType Type { get; } = type;

    // Weights in a block; a row's width is a multiple of it.
    public int BlockLength { get; } = blockLength;

    public int BlockBytes { get; } = blockBytes;

    public static IReadOnlyList<WeightFormat> All { get; } =
    [
        new F32(), new F16(), new BF16(),
    ];

    private static readonly WeightFormat?[] s_byType = ByType();

    public static WeightFormat Of(DType type) =>
        TryFind((uint)type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight format.");

    // By the type id of a GGUF file; null when LLamaNet does not read it.
    public static WeightFormat? TryFind(uint ggufType) => ggufType < s_byType.Length ? s_byType[ggufType] : null;

    public long RowBytes(int width) => (long)width / BlockLength * BlockBytes;

    // Exact: the bits of ggml's reference dequantiser. values.Length is a multiple of BlockLength.
    public abstract void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values);

    public virtual bool CanQuantize => true;

    // The nearest this format comes to the values. Formats that are only read throw NotSupportedException.
    public abstract void Quantize(ReadOnlySpan<float> values, Span<byte> blocks);

    private static WeightFormat?[] ByType()
    {
        var table = new WeightFormat?[1 + All.Max(format => (int)format.Type)];
        foreach (WeightFormat format in All) table[(int)format.Type] = format;
        return table;
    }
}

using System.Numerics.Tensors;
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
        new Q8_0(), new Q4_0(), new Q4_1(), new Q5_0(), new Q5_1(),
        new Q2_K(), new Q3_K(), new Q4_K(), new Q5_K(), new Q6_K(),
    ];

    private static readonly WeightFormat?[] s_byType = ByType();

    public static WeightFormat Of(DType type) =>
        TryFind((uint)type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight format.");

    // By the type id of a GGUF file; null when LLamaNet does not read it.
    public static WeightFormat? TryFind(uint ggufType) => ggufType < s_byType.Length ? s_byType[ggufType] : null;

    public long RowBytes(int width) => (long)width / BlockLength * BlockBytes;

    // Exact: the bits of ggml's reference dequantiser. values.Length is a multiple of BlockLength.
    public abstract void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values);

    // The nearest this format comes to values that it can hold; garbage, but no exception, for others.
    public abstract void Quantize(ReadOnlySpan<float> values, Span<byte> blocks);

    // Whether every value is finite and small enough to be quantised. Callers ask, and refuse the tensor by name.
    public bool CanHold(ReadOnlySpan<float> values) =>
        values.IsEmpty || Math.Abs(TensorPrimitives.MaxMagnitude(values)) <= LargestMagnitude;

    public abstract float LargestMagnitude { get; }

    private static WeightFormat?[] ByType()
    {
        var table = new WeightFormat?[1 + All.Max(format => (int)format.Type)];
        foreach (WeightFormat format in All) table[(int)format.Type] = format;
        return table;
    }
}

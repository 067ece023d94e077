using System.Diagnostics;
using System.Numerics.Tensors;

namespace LLamaNet.Tensors;

// One way to store rows of weights, as GGUF lays them out on disk: a row is a run of blocks, rows are back to back.
[DebuggerDisplay("{Type}: {BlockBytes} bytes for {BlockLength} weights")]
internal abstract class WeightFormat(DType type, int blockLength, int blockBytes)
{
    public DType Type { get; } = type;

    // As it ends the names of kernels: gemv_q4_k.
    public string Symbol { get; } = type.ToString().ToLowerInvariant();

    // Weights in a block; a row's width is a multiple of it.
    public int BlockLength { get; } = blockLength;

    public int BlockBytes { get; } = blockBytes;

    public double BitsPerWeight => 8.0 * BlockBytes / BlockLength;

    public bool IsQuantized => BlockLength > 1;

    public static IReadOnlyList<WeightFormat> All { get; } = FormatList.Create(new Factory());

    private static readonly WeightFormat?[] s_byType = ByType();

    // The format for rows that are no whole number of blocks.
    public abstract DType ShorterBlocks { get; }

    public static WeightFormat Of(DType type) =>
        TryFind((uint)type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight format.");

    // By the type id of a GGUF file; null when LLamaNet does not read it.
    public static WeightFormat? TryFind(uint ggufType) => ggufType < s_byType.Length ? s_byType[ggufType] : null;

    public long RowBytes(int width) => (long)width / BlockLength * BlockBytes;

    // Exact: the bits of ggml's reference dequantizer. values.Length is a multiple of BlockLength.
    public abstract void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values);

    // The nearest this format comes to values that it can hold; garbage, but no exception, for others.
    public abstract void Quantize(ReadOnlySpan<float> values, Span<byte> blocks);

    // Whether every value is finite and small enough to be quantized. Callers ask, and refuse the tensor by name.
    public bool CanHold(ReadOnlySpan<float> values) =>
        values.IsEmpty || Math.Abs(TensorPrimitives.MaxMagnitude(values)) <= MaxMagnitude;

    // The magnitude that its scales, halves but for F32 and BF16, can still reach.
    public abstract float MaxMagnitude { get; }

    private static WeightFormat?[] ByType()
    {
        var table = new WeightFormat?[1 + All.Max(format => (int)format.Type)];
        foreach (WeightFormat format in All) table[(int)format.Type] = format;
        return table;
    }

    private sealed class Factory : FormatFactory<WeightFormat>
    {
        public override WeightFormat Floats<TFormat>() => new FloatFormat<TFormat>();

        public override WeightFormat Blocks<TFormat>() => new BlockFormat<TFormat>();
    }
}

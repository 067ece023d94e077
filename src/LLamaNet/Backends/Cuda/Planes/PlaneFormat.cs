using LLamaNet.Tensors.Blocks;

namespace LLamaNet.Backends.Cuda.Planes;

// A weight format's layout on the GPU. This table is the only list of the formats.
internal abstract unsafe class PlaneFormat(DType type)
{
    private static readonly PlaneFormat[] s_all =
    [
        new FloatPlanes(DType.F32), new FloatPlanes(DType.F16), new FloatPlanes(DType.BF16),
        new QuantPlanes<Q8_0Block>(), new QuantPlanes<Q4_0Block>(), new QuantPlanes<Q4_1Block>(), new QuantPlanes<Q5_0Block>(), new QuantPlanes<Q5_1Block>(),
        new QuantPlanes<Q2_KBlock>(), new QuantPlanes<Q3_KBlock>(), new QuantPlanes<Q4_KBlock>(), new QuantPlanes<Q5_KBlock>(), new QuantPlanes<Q6_KBlock>(),
    ];

    public static IReadOnlyList<PlaneFormat> All => s_all;

    public DType Type { get; } = type;

    // As it ends the names of kernels: gemv_q4_k.
    public string Symbol { get; } = type.ToString().ToLowerInvariant();

    public string EmbedName { get; } = $"embed_{type.ToString().ToLowerInvariant()}";

    // Whether activations are quantised for it; otherwise they stay floats.
    public abstract bool QuantizesActivations { get; }

    public static PlaneFormat Of(DType type) =>
        Array.Find(s_all, format => format.Type == type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight format.");

    public abstract PlaneLayout Layout(int rows, int width);

    // rows: `count` rows as WeightFormat lays them out; they become rows firstRow, … of the planes.
    public abstract void Pack(byte* rows, int count, int width, byte* planes, PlaneLayout layout, int firstRow);

    // The exact inverse for one row.
    public abstract void Unpack(byte* planes, PlaneLayout layout, int firstRow, int width, byte* row);
}

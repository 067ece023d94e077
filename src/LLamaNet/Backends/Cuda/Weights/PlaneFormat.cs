using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda.Weights;

// A weight format's layout on the GPU.
internal abstract unsafe class PlaneFormat(DType type)
{
    private static readonly PlaneFormat[] s_all = FormatList.Create(new Factory());

    public static IReadOnlyList<PlaneFormat> All => s_all;

    public DType Type { get; } = type;

    // As it ends the names of kernels: gemv_q4_k.
    public string Symbol { get; } = WeightFormat.Of(type).Symbol;

    public string EmbedName { get; } = $"embed_{WeightFormat.Of(type).Symbol}";

    // Whether activations are quantized for it; otherwise they stay floats.
    public abstract bool QuantizesActivations { get; }

    public static PlaneFormat Of(DType type) => Array.Find(s_all, format => format.Type == type)
        ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight format.");

    public abstract PlaneLayout Layout(int rows, int width);

    // rows: `count` rows as WeightFormat lays them out; they become rows firstRow, … of the planes.
    public abstract void Pack(byte* rows, int count, int width, byte* planes, PlaneLayout layout, int firstRow);

    // The exact inverse for one row.
    public abstract void Unpack(byte* planes, PlaneLayout layout, int firstRow, int width, byte* row);

    private sealed class Factory : FormatFactory<PlaneFormat>
    {
        public override PlaneFormat Floats<TFormat>() => new FloatPlanes(TFormat.Type);

        public override PlaneFormat Blocks<TFormat>() => new QuantPlanes<TFormat>();
    }
}

using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// A weight format's layout for the CPU: panels of sixteen rows, in which a run of tiles follows the columns. One layout
// serves one token and many, and every register width.
internal abstract unsafe class TileFormat(DType type)
{
    private static readonly TileFormat[] s_all = FormatList.Create(new Factory());

    public static IReadOnlyList<TileFormat> All => s_all;

    public DType Type { get; } = type;

    // Whether activations are quantized for it; otherwise they stay floats.
    public abstract bool QuantizesActivations { get; }

    // Columns that are multiplied at a time.
    public abstract int StepLength { get; }

    public static TileFormat Of(DType type) => Array.Find(s_all, format => format.Type == type)
        ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight format.");

    public int Steps(int width) => (width + StepLength - 1) / StepLength;

    public abstract long PanelBytes(int width);

    public abstract TileKernel Kernel(SimdWidth width);

    public abstract TileKernel Kernel(ByteDots dots);

    // rows: up to sixteen rows as WeightFormat lays them out. panel: zeroed; the lanes of missing rows stay so.
    public abstract void Pack(byte* rows, int count, int width, byte* panel);

    // The exact inverse for one row.
    public abstract void Unpack(byte* panel, int lane, int width, byte* row);

    private sealed class Factory : FormatFactory<TileFormat>
    {
        public override TileFormat Floats<TFormat>() => new FloatTiles<TFormat>();

        public override TileFormat Blocks<TFormat>() => new QuantTiles<TFormat>();
    }
}

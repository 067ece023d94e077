using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Matrices of one width in tiles, each in its own format and memory; their outputs stand side by side.
internal sealed class CpuWeight : Weight
{
    public CpuWeight(IReadOnlyList<MatrixSource> sources, SimdWidth width, ByteDots? dots, MemoryCount memory)
        : base(sources)
    {
        var parts = new Part[sources.Count];
        int firstRow = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = new Part(sources[i], firstRow, width, dots, memory);
            firstRow += sources[i].Rows;
        }

        Parts = parts;
        TakesQuantized = Array.Exists(parts, part => part.Format.QuantizesActivations);
        TakesFloats = Array.Exists(parts, part => !part.Format.QuantizesActivations);
    }

    // An array: walking it allocates nothing.
    public Part[] Parts { get; }

    // Whether some part is multiplied with quantized activations, and whether some part is with floats.
    public bool TakesQuantized { get; }

    public bool TakesFloats { get; }

    public override long Bytes => Parts.Sum(part => part.Memory.Bytes);

    public static long PlannedBytes(IReadOnlyList<MatrixSource> sources) => sources.Sum(PartBytes);

    public override void Dispose()
    {
        base.Dispose();
        foreach (Part part in Parts) part.Memory.Dispose();
    }

    private static long PartBytes(MatrixSource source) =>
        Panels(source.Rows) * TileFormat.Of(source.Type).PanelBytes(source.Width);

    private static int Panels(int rows) => (rows + TileKernel.Rows - 1) / TileKernel.Rows;

    // One matrix. FirstRow: of its outputs among the weight's.
    internal sealed unsafe class Part(
        MatrixSource source, int firstRow, SimdWidth width, ByteDots? dots, MemoryCount memory)
    {
        public TileFormat Format { get; } = TileFormat.Of(source.Type);
        public TileKernel Kernel { get; } =
            dots is { } way ? TileFormat.Of(source.Type).Kernel(way) : TileFormat.Of(source.Type).Kernel(width);
        public NativeBlock Memory { get; } = new(PartBytes(source), memory);
        public int FirstRow { get; } = firstRow;
        public int Rows { get; } = source.Rows;
        public int Steps { get; } = TileFormat.Of(source.Type).Steps(source.Width);
        public int Panels { get; } = CpuWeight.Panels(source.Rows);
        public long PanelBytes { get; } = TileFormat.Of(source.Type).PanelBytes(source.Width);

        public byte* Panel(int panel) => (byte*)Memory.Pointer + panel * PanelBytes;
    }
}

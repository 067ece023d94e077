using LLamaNet.Backends.Cpu.Attention;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Products;

namespace LLamaNet.Backends.Cpu;

// Memory that operations need beside their tensors. It grows to the largest demand and stays. The few pages that each
// thread has of its own (ThreadScratch) do not depend on the batch and are not counted.
internal sealed class CpuScratch(MemoryCount memory) : IDisposable
{
    private CpuTensor? _normed;
    private CpuTensor? _gateUp;

    // Activations of the product under way, for quantized weights and for floats.
    public ActivationRecords Quantized { get; } = new(QuantizedRecord.Length, QuantizedRecord.Bytes, memory);

    public ActivationRecords Floats { get; } = new(FloatRecord.Length, FloatRecord.Bytes, memory);

    public AttentionPlan Attention { get; } = new(memory);

    public static long Bytes(StepLimits limits, int threads)
    {
        var widths = Widths.Of(limits.Products);
        return sizeof(float) * (long)limits.MaxRows * (widths.Normed + widths.GateUp)
            + ActivationRecords.Bytes(limits.MaxRows, widths.Quantized, QuantizedRecord.Length, QuantizedRecord.Bytes)
            + ActivationRecords.Bytes(limits.MaxRows, widths.Floats, FloatRecord.Length, FloatRecord.Bytes)
            + AttentionPlan.Bytes(limits, threads);
    }

    public void Reserve(StepLimits limits, int threads)
    {
        var widths = Widths.Of(limits.Products);
        if (widths.Normed > 0) Normed(limits.MaxRows, widths.Normed);
        if (widths.GateUp > 0) GateUp(limits.MaxRows, widths.GateUp);
        Quantized.Resize(limits.MaxRows, widths.Quantized);
        Floats.Resize(limits.MaxRows, widths.Floats);
        Attention.Reserve(limits, threads);
    }

    // The input of a product, normed. [rows, width]
    public CpuTensor Normed(int rows, int width) => Grown(ref _normed, rows, width);

    // gate | up before SwiGLU. [rows, width]
    public CpuTensor GateUp(int rows, int width) => Grown(ref _gateUp, rows, width);

    public void Dispose()
    {
        _normed?.Dispose();
        _gateUp?.Dispose();
        Quantized.Dispose();
        Floats.Dispose();
        Attention.Dispose();
    }

    private CpuTensor Grown(ref CpuTensor? held, int rows, int width)
    {
        if (held is not null && held.Width == width && held.Rows >= rows) return held;
        held?.Dispose();
        return held = new CpuTensor(DType.F32, rows, width, memory);
    }

    // The widest of each kind; 0 where a step has none.
    private readonly record struct Widths(int Normed, int GateUp, int Quantized, int Floats)
    {
        public static Widths Of(IReadOnlyList<ProductShape> products)
        {
            return new Widths(
                Widest(product => product.HasNorm ? product.Width : 0),
                Widest(product => product.HasSwiGlu ? product.Rows : 0),
                Widest(product => product.Types.Any(IsQuantized) ? product.Width : 0),
                Widest(product => product.Types.All(IsQuantized) ? 0 : product.Width));

            int Widest(Func<ProductShape, int> width) => products.Select(width).DefaultIfEmpty().Max();
            static bool IsQuantized(DType type) => TileFormat.Of(type).QuantizesActivations;
        }
    }
}

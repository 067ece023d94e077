using BenchmarkDotNet.Attributes;
using LLamaNet.Tensors;

namespace LLamaNet.Benchmarks.Tensors;

// One thread, one row that stays in the cache: what reading and converting weights costs beside the disk.
public class FormatBenchmarks
{
    private readonly float[] _values = new float[FormatRow.Width];
    private readonly float[] _found = new float[FormatRow.Width];
    private byte[] _blocks = [];

    public static IEnumerable<FormatRow> Rows => WeightFormat.All.Select(format => new FormatRow(format.Type));

    [ParamsSource(nameof(Rows))]
    public FormatRow Row { get; set; } = new(DType.F32);

    [GlobalSetup]
    public void Fill()
    {
        // Twelve uniform numbers make a normal one; 0.02 is the spread of a matrix at the start of training.
        Random random = new(1);
        for (int i = 0; i < _values.Length; i++)
            _values[i] = 0.02f * (Enumerable.Range(0, 12).Sum(_ => random.NextSingle()) - 6);
        _blocks = new byte[Row.Format.RowBytes(FormatRow.Width)];
        Row.Format.Quantize(_values, _blocks);
    }

    [Benchmark]
    public void Dequantize() => Row.Format.Dequantize(_blocks, _found);

    [Benchmark]
    public void Quantize() => Row.Format.Quantize(_values, _blocks);
}

using BenchmarkDotNet.Attributes;

namespace LLamaNet.Benchmarks.Memory;

// What one thread can copy, within a cache and past all of them: the yardstick for the other benchmarks.
public class CopyBenchmarks
{
    private byte[] _source = [];
    private byte[] _destination = [];

    public static IEnumerable<CopyLength> Lengths => [new(16 << 10), new(256 << 20)];

    [ParamsSource(nameof(Lengths))]
    public CopyLength Length { get; set; } = new(0);

    [GlobalSetup]
    public void Allocate()
    {
        _source = new byte[Length.Length];
        _destination = new byte[Length.Length];
        Array.Fill(_source, (byte)1);
        Array.Fill(_destination, (byte)2);
    }

    [Benchmark]
    public void Copy() => _source.AsSpan().CopyTo(_destination);
}

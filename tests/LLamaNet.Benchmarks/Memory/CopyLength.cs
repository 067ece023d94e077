namespace LLamaNet.Benchmarks.Memory;

public sealed record CopyLength(long Length) : IMovesBytes
{
    public long Bytes => 2 * Length;

    public override string ToString() => Length < 1 << 20 ? $"{Length >> 10} KiB" : $"{Length >> 20} MiB";
}

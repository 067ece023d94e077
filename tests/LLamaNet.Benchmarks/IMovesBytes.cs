namespace LLamaNet.Benchmarks;

// A benchmark's parameter that knows how much memory one call reads and writes.
public interface IMovesBytes
{
    long Bytes { get; }
}

namespace LLamaNet.Backends.Cpu.Threads;

// Rows shared out in chunks of neighboring ones.
internal readonly record struct RowSplit(int Rows, int RowsPerChunk)
{
    private const int ValuesPerChunk = 8192;

    public int Chunks => (Rows + RowsPerChunk - 1) / RowsPerChunk;

    // Chunks of about 8192 values: with less, handing over costs more than the work.
    public static RowSplit Fine(int rows, int width) => new(rows, Math.Max(1, ValuesPerChunk / Math.Max(1, width)));

    // For work that gains by many rows at once: as few chunks as occupy the threads, of at most maxRows.
    public static RowSplit Coarse(int rows, int threads, int maxRows) => new(rows, Math.Clamp(rows / (2 * threads), 1, maxRows));

    public int First(int chunk) => chunk * RowsPerChunk;

    public int End(int chunk) => Math.Min(Rows, First(chunk) + RowsPerChunk);
}

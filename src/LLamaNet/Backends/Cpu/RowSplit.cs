namespace LLamaNet.Backends.Cpu;

// Rows shared out in chunks of whole rows, of about 8192 values each: with less, handing over costs more than the work.
internal readonly struct RowSplit(int rows, int width)
{
    private const int ValuesPerChunk = 8192;

    private readonly int _rows = rows;
    private readonly int _rowsPerChunk = Math.Max(1, ValuesPerChunk / Math.Max(1, width));

    public int Chunks => (_rows + _rowsPerChunk - 1) / _rowsPerChunk;

    public int First(int chunk) => chunk * _rowsPerChunk;

    public int End(int chunk) => Math.Min(_rows, First(chunk) + _rowsPerChunk);
}

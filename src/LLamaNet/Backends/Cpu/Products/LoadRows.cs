using System.Buffers;
using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Reads a matrix in ranges of whole panels and packs each into its place.
internal readonly unsafe struct LoadRows(
    CpuWeight.Part part, MatrixSource source, Action<long> bytesRead, CancellationToken cancellationToken) : IChunkWork
{
    // A thread's own. Large enough to keep a disk busy.
    private const long StagingBytes = 2 * 1024 * 1024;

    private readonly CpuWeight.Part _part = part;
    private readonly MatrixSource _source = source;
    private readonly Action<long> _bytesRead = bytesRead;
    private readonly CancellationToken _cancellationToken = cancellationToken;
    private readonly int _panelsPerChunk = (int)Math.Max(1, StagingBytes / (TileKernel.Rows * Math.Max(1, source.RowBytes)));

    public int Chunks => (_part.Panels + _panelsPerChunk - 1) / _panelsPerChunk;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        int firstPanel = chunk * _panelsPerChunk, endPanel = Math.Min(_part.Panels, firstPanel + _panelsPerChunk);
        int firstRow = firstPanel * TileKernel.Rows, count = Math.Min(_part.Rows, endPanel * TileKernel.Rows) - firstRow;
        int bytes = checked((int)(count * _source.RowBytes));
        byte[] staging = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            _source.ReadRows(firstRow, count, staging.AsSpan(0, bytes));
            fixed (byte* rows = staging)
            {
                for (int panel = firstPanel; panel < endPanel; panel++)
                {
                    int row = panel * TileKernel.Rows;
                    byte* first = rows + (row - firstRow) * _source.RowBytes;
                    _part.Format.Pack(first, Math.Min(TileKernel.Rows, _part.Rows - row), _source.Width, _part.Panel(panel));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(staging);
        }

        _bytesRead(bytes);
    }
}

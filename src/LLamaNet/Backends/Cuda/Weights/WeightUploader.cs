using System.Buffers;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda.Weights;

// Fills weights: all processors read rows and pack them into one pinned buffer while the device copies from the other.
internal sealed unsafe class WeightUploader(CudaContext context, int stagingBytes = WeightUploader.StagingBytes) : IDisposable
{
    // Enough for a copy over the bus to be quick, little enough to stay out of the host's way.
    private const int StagingBytes = 16 * 1024 * 1024;

    // Rows that a thread reads at a time: enough for a disk to be busy.
    private const int SliceBytes = 1024 * 1024;

    private readonly CudaStream _stream = new(context);
    private readonly CudaEvent[] _copied = [new(context), new(context)];
    private readonly PinnedMemory<byte>?[] _staging = new PinnedMemory<byte>?[2];

    // Returns when the device has all of it; nothing is under way either when it throws.
    public void Upload(CudaWeight weight, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        try
        {
            int turn = 0;
            foreach (CudaWeight.Part part in weight.Parts)
            {
                int firstRow = 0;
                foreach (MatrixSource source in part.Sources)
                {
                    Upload(part, source, firstRow, ref turn, bytesRead, cancellationToken);
                    firstRow += source.Rows;
                }
            }
        }
        finally
        {
            _stream.Synchronize();
        }
    }

    public void Dispose()
    {
        foreach (PinnedMemory<byte>? staging in _staging) staging?.Dispose();
        foreach (CudaEvent copied in _copied) copied.Dispose();
        _stream.Dispose();
    }

    private void Upload(
        CudaWeight.Part part, MatrixSource source, int firstRow, ref int turn, Action<long> bytesRead,
        CancellationToken cancellationToken)
    {
        int rowsAtATime = Math.Clamp(stagingBytes / Math.Max(1, part.Layout.RowBytes), 1, Math.Max(1, source.Rows));
        for (int row = 0; row < source.Rows; row += rowsAtATime, turn ^= 1)
        {
            PlaneLayout chunk = part.Layout.WithRows(Math.Min(rowsAtATime, source.Rows - row));
            _copied[turn].Synchronize();
            PinnedMemory<byte> staging = Staging(turn, chunk);
            Fill(staging.Pointer, chunk, part.Format, source, row, bytesRead, cancellationToken);
            Copy(part, chunk, staging, firstRow + row);
            _copied[turn].Record(_stream);
        }
    }

    private static void Fill(
        byte* staging, PlaneLayout chunk, PlaneFormat format, MatrixSource source, int firstRow, Action<long> bytesRead,
        CancellationToken cancellationToken)
    {
        int rowsInSlice = (int)Math.Clamp(SliceBytes / Math.Max(1, source.RowBytes), 1, chunk.Rows);
        int slices = (chunk.Rows + rowsInSlice - 1) / rowsInSlice;
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, slices, options, slice =>
            {
                int row = slice * rowsInSlice, count = Math.Min(rowsInSlice, chunk.Rows - row);
                int bytes = checked((int)(count * source.RowBytes));
                byte[] blocks = ArrayPool<byte>.Shared.Rent(bytes);
                try
                {
                    source.ReadRows(firstRow + row, count, blocks.AsSpan(0, bytes));
                    fixed (byte* rows = blocks) format.Pack(rows, count, source.Width, staging, chunk, row);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(blocks);
                }

                bytesRead(bytes);
            });
        }
        catch (AggregateException e)
        {
            // The reader's own exception says what is wrong with the file.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    // Each plane's rows are one run.
    private void Copy(CudaWeight.Part part, PlaneLayout chunk, PinnedMemory<byte> staging, int firstRow)
    {
        WeightPlanes planes = part.Planes;
        Copy(planes.Low, part.Layout.LowRowBytes, 0);
        Copy(planes.High, part.Layout.HighRowBytes, chunk.HighOffset);
        Copy(planes.Scales, part.Layout.ScalesRowBytes, chunk.ScalesOffset);
        Copy(planes.Subs, part.Layout.SubsRowBytes, chunk.SubsOffset);

        void Copy(CUdeviceptr plane, int rowBytes, long offset)
        {
            if (rowBytes == 0) return;
            _stream.CopyToDevice(plane + (long)firstRow * rowBytes, staging, (int)offset, chunk.Rows * rowBytes);
        }
    }

    private PinnedMemory<byte> Staging(int turn, PlaneLayout chunk)
    {
        PinnedMemory<byte>? held = _staging[turn];
        if (held is not null && held.Count >= chunk.Bytes) return held;
        held?.Dispose();
        _staging[turn] = null;
        return _staging[turn] = new PinnedMemory<byte>(context, checked((int)chunk.Bytes));
    }
}

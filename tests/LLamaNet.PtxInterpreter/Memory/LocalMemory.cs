using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Memory;

// The local memory of the threads of a block: each has its own bytes at the same addresses.
internal sealed unsafe class LocalMemory
{
    private byte[] _bytes = [];
    private bool[] _written = [];
    private int _perThread;

    public void Reset(int bytesPerThread, int threads)
    {
        _perThread = bytesPerThread;
        int total = bytesPerThread * threads;
        if (_bytes.Length < total)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(total, pinned: true);
            _written = new bool[total];
        }
        else Array.Clear(_written, 0, total);
    }

    public byte* Access(Warp warp, Instruction* instruction, int lane, ulong address, int bytes, bool write)
    {
        if (address > (ulong)_perThread || address + (ulong)bytes > (ulong)_perThread)
        {
            throw warp.FaultAt(FaultKind.OutOfBounds, instruction, lane,
                $"local memory access of {bytes} bytes at +{address}: the thread has {_perThread} bytes");
        }

        int at = warp.Thread(lane) * _perThread + (int)address;
        Span<bool> written = _written.AsSpan(at, bytes);
        if (write) written.Fill(true);
        else if (written.Contains(false))
            throw warp.FaultAt(FaultKind.Uninitialised, instruction, lane,
                $"read of local memory at +{address}, which was never written");
        fixed (byte* first = _bytes) return first + at;
    }
}

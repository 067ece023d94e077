using System.Runtime.InteropServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Memory;

// Zeroed native memory, 64-byte aligned, with readable bytes behind it: a 16-lane load that begins inside may run over, and
// a kernel reads from the region that comes next.
// Large blocks come straight from the system, which gives a page of memory only when it is first written.
internal sealed unsafe class NativeBlock : SafeHandle
{
    public const int Alignment = 64;

    private const int BytesBehind = CacheHint.RegionBytes + Alignment;

    private readonly nint _aligned;
    private readonly MemoryCount? _memory;

    // memory: counts the bytes until they are freed.
    public NativeBlock(long bytes, MemoryCount? memory = null)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        int alignment = bytes < LargePages.Bytes ? Alignment : LargePages.Bytes;
        nuint total = checked((nuint)bytes + (nuint)alignment + BytesBehind);
        SetHandle((nint)NativeMemory.AllocZeroed(total));
        _aligned = (handle + alignment - 1) & -alignment;
        LargePages.AskFor((void*)_aligned, bytes);
        Bytes = bytes;
        _memory = memory;
        _memory?.Add(bytes);
    }

    public long Bytes { get; }

    public override bool IsInvalid => handle == 0;

    public void* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (void*)_aligned;
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        _memory?.Add(-Bytes);
        return true;
    }
}

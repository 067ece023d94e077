using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Attention;

// Memory that is wanted soon, asked for a cache line at a time.
internal unsafe struct PrefetchCursor(byte* start, long bytes)
{
    private const int Line = 64;

    private readonly byte* _end = start + bytes;
    private byte* _next = start;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next()
    {
        if (_next >= _end) return;
        CacheHint.Prefetch(_next);
        _next += Line;
    }
}

using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The last lanes of a row whose width is not a multiple of 16: computed as a full block with zeros in the other lanes.
internal static unsafe class PartialLanes
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Load<V>(float* source, int count)
        where V : unmanaged, ILanes<V>
    {
        float* block = stackalloc float[ILanes<V>.Count];
        new Span<float>(block, ILanes<V>.Count).Clear();
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(block, count));
        return V.Load(block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store<V>(V value, float* destination, int count)
        where V : unmanaged, ILanes<V>
    {
        float* block = stackalloc float[ILanes<V>.Count];
        V.Store(value, block);
        new ReadOnlySpan<float>(block, count).CopyTo(new Span<float>(destination, count));
    }
}

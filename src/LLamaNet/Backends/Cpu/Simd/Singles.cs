using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal readonly unsafe struct Singles : IElements
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* elements, HalfLanes<V> widening)
        where V : unmanaged, ILanes<V>
        => V.Load((float*)elements);
}

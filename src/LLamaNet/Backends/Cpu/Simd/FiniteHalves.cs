using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal readonly unsafe struct FiniteHalves : IElements
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* elements, HalfLanes<V> widening)
        where V : unmanaged, ILanes<V>
        => V.LoadFiniteHalf((ushort*)elements, widening);
}

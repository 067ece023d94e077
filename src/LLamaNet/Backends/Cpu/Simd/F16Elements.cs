using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal readonly unsafe struct F16Elements : IElements
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* elements, F16Lanes<V> widening)
        where V : unmanaged, ILanes<V>
        => V.LoadF16((ushort*)elements, widening);
}

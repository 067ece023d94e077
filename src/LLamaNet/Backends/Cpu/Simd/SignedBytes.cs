using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal readonly unsafe struct SignedBytes : IElements
{
    public static int Size => sizeof(sbyte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* elements, F16Lanes<V> widening)
        where V : unmanaged, ILanes<V>
        => V.LoadSByte((sbyte*)elements);
}

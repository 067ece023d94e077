using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal readonly unsafe struct F32Elements : IElements
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* elements, F16Lanes<V> widening)
        where V : unmanaged, ILanes<V>
        => V.Load((float*)elements);
}

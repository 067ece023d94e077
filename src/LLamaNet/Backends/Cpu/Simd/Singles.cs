using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal readonly unsafe struct Singles : IElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(void* elements, nint index)
        where V : unmanaged, ILanes<V>
        => V.Load((float*)elements + index);
}

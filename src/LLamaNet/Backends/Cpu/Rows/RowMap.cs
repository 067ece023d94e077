using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Rows;

// y[i] = f(a[i], b[i])                                               y, a, b: [width]; y may be a or b
internal static unsafe class RowMap
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V, TMapping>(float* y, float* a, float* b, int width, TMapping mapping)
        where V : unmanaged, ILanes<V>
        where TMapping : struct, IMapping
    {
        int i = 0;
        for (; i <= width - ILanes<V>.Count; i += ILanes<V>.Count) V.Store(mapping.Invoke(V.Load(a + i), V.Load(b + i)), y + i);

        int rest = width - i;
        if (rest == 0) return;
        V last = mapping.Invoke(PartialLanes.Load<V>(a + i, rest), PartialLanes.Load<V>(b + i, rest));
        PartialLanes.Store(last, y + i, rest);
    }
}

using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The constants of HalfBits in registers. As constants in the code they would be read from memory for every vector, which
// takes longer than the arithmetic.
internal readonly unsafe struct HalfLanes<V>
    where V : unmanaged, ILanes<V>
{
    public readonly V Bits;
    public readonly V ExponentShift;
    public readonly V InfinityLimit;
    public readonly V SpecialExponent;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HalfLanes()
    {
        int* bits = stackalloc int[] { HalfBits.Bits, HalfBits.SpecialExponent };
        float* values = stackalloc float[] { HalfBits.ExponentShift, HalfBits.InfinityLimit };
        Bits = V.Splat(((float*)bits)[0]);
        SpecialExponent = V.Splat(((float*)bits)[1]);
        ExponentShift = V.Splat(values[0]);
        InfinityLimit = V.Splat(values[1]);
    }
}

using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The constants of F16Bits in registers. Constants in the code would be read from memory for every vector; that
// takes longer than the arithmetic.
internal readonly unsafe struct F16Lanes<V>
    where V : unmanaged, ILanes<V>
{
    public readonly V Bits;
    public readonly V ExponentShift;
    public readonly V InfinityLimit;
    public readonly V SpecialExponent;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F16Lanes()
    {
        int* bits = stackalloc int[] { F16Bits.Bits, F16Bits.SpecialExponent };
        float* values = stackalloc float[] { F16Bits.ExponentShift, F16Bits.InfinityLimit };
        Bits = V.Splat(((float*)bits)[0]);
        SpecialExponent = V.Splat(((float*)bits)[1]);
        ExponentShift = V.Splat(values[0]);
        InfinityLimit = V.Splat(values[1]);
    }
}

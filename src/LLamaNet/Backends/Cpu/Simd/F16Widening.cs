using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The constants of WidenedF16 in registers, for loops. Constants in the code would be read from memory for every vector; that
// takes longer than the arithmetic.
internal readonly unsafe struct F16Widening<TRegister>
    where TRegister : unmanaged, IRegister<TRegister>
{
    public readonly TRegister Magnitude;
    public readonly TRegister Rebias;
    public readonly TRegister Sign;
    public readonly TRegister Two;
    public readonly TRegister SmallestNormalNegated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F16Widening()
    {
        int* integers = stackalloc int[] { WidenedF16.Magnitude, WidenedF16.Rebias, WidenedF16.Sign };
        float* floats = stackalloc float[] { WidenedF16.Two, WidenedF16.SmallestNormalNegated };
        Magnitude = TRegister.Broadcast(integers);
        Rebias = TRegister.Broadcast(integers + 1);
        Sign = TRegister.Broadcast(integers + 2);
        Two = TRegister.Broadcast(floats);
        SmallestNormalNegated = TRegister.Broadcast(floats + 1);
    }
}

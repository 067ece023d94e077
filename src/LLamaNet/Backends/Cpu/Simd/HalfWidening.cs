using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The constants of WidenedHalf in registers. As constants in the code they would be read from memory for every vector, which
// takes longer than the arithmetic.
internal readonly unsafe struct HalfWidening<TRegister>
    where TRegister : unmanaged, IRegister<TRegister>
{
    public readonly TRegister Magnitude;
    public readonly TRegister Rebias;
    public readonly TRegister Sign;
    public readonly TRegister Two;
    public readonly TRegister SmallestNormalNegated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HalfWidening()
    {
        int* integers = stackalloc int[] { WidenedHalf.Magnitude, WidenedHalf.Rebias, WidenedHalf.Sign };
        float* floats = stackalloc float[] { WidenedHalf.Two, WidenedHalf.SmallestNormalNegated };
        Magnitude = TRegister.Broadcast(integers);
        Rebias = TRegister.Broadcast(integers + 1);
        Sign = TRegister.Broadcast(integers + 2);
        Two = TRegister.Broadcast(floats);
        SmallestNormalNegated = TRegister.Broadcast(floats + 1);
    }
}

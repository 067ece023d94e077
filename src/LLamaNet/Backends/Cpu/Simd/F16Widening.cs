using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The constants of WidenedF16 in registers, for loops: as constants in the code they would be read from memory for every
// vector, which takes longer than the arithmetic. For a vector now and then they are better in the code.
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private F16Widening(TRegister magnitude, TRegister rebias, TRegister sign, TRegister two, TRegister smallestNormalNegated)
    {
        Magnitude = magnitude;
        Rebias = rebias;
        Sign = sign;
        Two = two;
        SmallestNormalNegated = smallestNormalNegated;
    }

    public static F16Widening<TRegister> InCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(
            TRegister.SplatFloat(BitConverter.Int32BitsToSingle(WidenedF16.Magnitude)),
            TRegister.SplatFloat(BitConverter.Int32BitsToSingle(WidenedF16.Rebias)),
            TRegister.SplatFloat(BitConverter.Int32BitsToSingle(WidenedF16.Sign)),
            TRegister.SplatFloat(WidenedF16.Two),
            TRegister.SplatFloat(WidenedF16.SmallestNormalNegated));
    }
}

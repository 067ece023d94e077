using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

// The constants of WidenedHalf in registers, for loops: as constants in the code they would be read from memory for every
// vector, which takes longer than the arithmetic. For a vector now and then they are better in the code.
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private HalfWidening(TRegister magnitude, TRegister rebias, TRegister sign, TRegister two, TRegister smallestNormalNegated)
    {
        Magnitude = magnitude;
        Rebias = rebias;
        Sign = sign;
        Two = two;
        SmallestNormalNegated = smallestNormalNegated;
    }

    public static HalfWidening<TRegister> InCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(
            TRegister.SplatFloat(BitConverter.Int32BitsToSingle(WidenedHalf.Magnitude)),
            TRegister.SplatFloat(BitConverter.Int32BitsToSingle(WidenedHalf.Rebias)),
            TRegister.SplatFloat(BitConverter.Int32BitsToSingle(WidenedHalf.Sign)),
            TRegister.SplatFloat(WidenedHalf.Two),
            TRegister.SplatFloat(WidenedHalf.SmallestNormalNegated));
    }
}

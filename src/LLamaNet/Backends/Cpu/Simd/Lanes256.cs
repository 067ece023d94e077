using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

// Two 256-bit registers: AVX2 with FMA.
internal readonly unsafe partial struct Lanes256(Vector256<float> lower, Vector256<float> upper) : ILanes<Lanes256>
{
    private readonly Vector256<float> _lower = lower;
    private readonly Vector256<float> _upper = upper;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static Lanes256 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Splat(float value) =>
        new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) =>
        new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* destination)
    {
        value._lower.Store(destination);
        value._upper.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadF16(ushort* source, F16Lanes<Lanes256> by) =>
        new(Half(source, by), Half(source + 8, by));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadFiniteF16(ushort* source, F16Lanes<Lanes256> by) =>
        new(FiniteF16(source, by), FiniteF16(source + 8, by));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadSByte(sbyte* source) =>
        new(Vector256.ConvertToSingle(Widen(source)), Vector256.ConvertToSingle(Widen(source + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 left, Lanes256 right) =>
        new(left._lower + right._lower, left._upper + right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 left, Lanes256 right) =>
        new(left._lower - right._lower, left._upper - right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 left, Lanes256 right) =>
        new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 left, Lanes256 right) =>
        new(left._lower / right._lower, left._upper / right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 left, Lanes256 right, Lanes256 addend) =>
        new(Vector256.FusedMultiplyAdd(left._lower, right._lower, addend._lower),
            Vector256.FusedMultiplyAdd(left._upper, right._upper, addend._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 left, Lanes256 right) =>
        new(Vector256.Max(left._lower, right._lower), Vector256.Max(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 left, Lanes256 right) =>
        new(Vector256.Min(left._lower, right._lower), Vector256.Min(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Clamp(Lanes256 value, float low, float high) =>
        new(Clamp(value._lower, low, high), Clamp(value._upper, low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Round(Lanes256 value) =>
        new(Vector256.Round(value._lower), Vector256.Round(value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ScaleByPowerOfTwo(Lanes256 value, Lanes256 exponent) =>
        new(Scale(value._lower, exponent._lower), Scale(value._upper, exponent._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 value) => LaneReduction.Sum(value._lower + value._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Lanes256 value) => LaneReduction.Max(Vector256.Max(value._lower, value._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scale(Vector256<float> value, Vector256<float> exponent) =>
        (value.AsInt32() + (Vector256.ConvertToInt32Native(exponent) << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Half(ushort* source, F16Lanes<Lanes256> by)
    {
        Vector256<int> bits = Bits(source, by);
        Vector256<float> scaled = bits.AsSingle() * by.ExponentShift._lower;
        Vector256<float> special = Vector256.GreaterThanOrEqual(Vector256.Abs(scaled), by.InfinityLimit._lower);
        return Vector256.ConditionalSelect(special, (bits | by.SpecialExponent._lower.AsInt32()).AsSingle(), scaled);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FiniteF16(ushort* source, F16Lanes<Lanes256> by) =>
        Bits(source, by).AsSingle() * by.ExponentShift._lower;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Bits(ushort* source, F16Lanes<Lanes256> by) =>
        Widen((short*)source) << F16Bits.Shift & by.Bits._lower.AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(short* source) => Avx2.ConvertToVector256Int32(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(sbyte* source) => Avx2.ConvertToVector256Int32(source);

    // x86 returns the second operand when one is NaN, ARM the NaN: value second keeps it on both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> value, float low, float high) =>
        Vector256.MinNative(Vector256.Create(high), Vector256.MaxNative(Vector256.Create(low), value));
}

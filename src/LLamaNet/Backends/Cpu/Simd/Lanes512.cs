using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

// One 512-bit register: AVX-512BW.
internal readonly unsafe partial struct Lanes512(Vector512<float> value) : ILanes<Lanes512>
{
    private readonly Vector512<float> _v = value;

    // A CPU may have the instructions while the runtime avoids them (they lower its clock): both must agree.
    public static bool IsSupported => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

    public static Lanes512 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Splat(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, float* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadF16(ushort* source, F16Lanes<Lanes512> by)
    {
        Vector512<int> bits = Half(source, by);
        Vector512<float> scaled = bits.AsSingle() * by.ExponentShift._v;
        Vector512<float> special = Vector512.GreaterThanOrEqual(Vector512.Abs(scaled), by.InfinityLimit._v);
        return new(Vector512.ConditionalSelect(special, (bits | by.SpecialExponent._v.AsInt32()).AsSingle(), scaled));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadFiniteF16(ushort* source, F16Lanes<Lanes512> by) =>
        new(Half(source, by).AsSingle() * by.ExponentShift._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadSByte(sbyte* source) =>
        new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 left, Lanes512 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 left, Lanes512 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 left, Lanes512 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 left, Lanes512 right) => new(left._v / right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 left, Lanes512 right, Lanes512 addend) =>
        new(Vector512.FusedMultiplyAdd(left._v, right._v, addend._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 left, Lanes512 right) => new(Vector512.Max(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 left, Lanes512 right) => new(Vector512.Min(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Clamp(Lanes512 value, float low, float high) =>
        new(Clamp(value._v, low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Round(Lanes512 value) => new(Vector512.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ScaleByPowerOfTwo(Lanes512 value, Lanes512 exponent) =>
        new((value._v.AsInt32() + (Vector512.ConvertToInt32Native(exponent._v) << 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 value) => LaneReduction.Sum(value._v.GetLower() + value._v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Lanes512 value) => LaneReduction.Max(Vector256.Max(value._v.GetLower(), value._v.GetUpper()));

    // .NET 10 has no conversion instruction for halves. The bits moved into place are the value times 2^-112.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Half(ushort* source, F16Lanes<Lanes512> by) =>
        Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << F16Bits.Shift & by.Bits._v.AsInt32();

    // x86 returns the second operand when one is NaN, ARM the NaN: value second keeps it on both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clamp(Vector512<float> value, float low, float high) =>
        Vector512.MinNative(Vector512.Create(high), Vector512.MaxNative(Vector512.Create(low), value));
}

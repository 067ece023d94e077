using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Backends.Cpu.Simd;

// Four 128-bit registers: SSE, ARM AdvSimd, or whatever the runtime makes of them.
internal readonly unsafe partial struct Lanes128(
    Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    public static bool IsSupported => true;

    public static Lanes128 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Splat(float value) =>
        new(Vector128.Create(value), Vector128.Create(value), Vector128.Create(value), Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) =>
        new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, float* destination)
    {
        value._a.Store(destination);
        value._b.Store(destination + 4);
        value._c.Store(destination + 8);
        value._d.Store(destination + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadF16(ushort* source, F16Lanes<Lanes128> by) =>
        new(Half(source, by), Half(source + 4, by), Half(source + 8, by), Half(source + 12, by));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadFiniteF16(ushort* source, F16Lanes<Lanes128> by) =>
        new(FiniteF16(source, by), FiniteF16(source + 4, by), FiniteF16(source + 8, by), FiniteF16(source + 12, by));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadSByte(sbyte* source) =>
        new(
            Vector128.ConvertToSingle(Widen(source)), Vector128.ConvertToSingle(Widen(source + 4)),
            Vector128.ConvertToSingle(Widen(source + 8)), Vector128.ConvertToSingle(Widen(source + 12)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) =>
        new(left._a + right._a, left._b + right._b, left._c + right._c, left._d + right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 left, Lanes128 right) =>
        new(left._a - right._a, left._b - right._b, left._c - right._c, left._d - right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 left, Lanes128 right) =>
        new(left._a * right._a, left._b * right._b, left._c * right._c, left._d * right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 left, Lanes128 right) =>
        new(left._a / right._a, left._b / right._b, left._c / right._c, left._d / right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 left, Lanes128 right, Lanes128 addend) =>
        new(Vector128.FusedMultiplyAdd(left._a, right._a, addend._a),
            Vector128.FusedMultiplyAdd(left._b, right._b, addend._b),
            Vector128.FusedMultiplyAdd(left._c, right._c, addend._c),
            Vector128.FusedMultiplyAdd(left._d, right._d, addend._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 left, Lanes128 right) =>
        new(
            Vector128.Max(left._a, right._a), Vector128.Max(left._b, right._b), Vector128.Max(left._c, right._c),
            Vector128.Max(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 left, Lanes128 right) =>
        new(
            Vector128.Min(left._a, right._a), Vector128.Min(left._b, right._b), Vector128.Min(left._c, right._c),
            Vector128.Min(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Clamp(Lanes128 value, float low, float high) =>
        new(Clamp(value._a, low, high), Clamp(value._b, low, high), Clamp(value._c, low, high), Clamp(value._d, low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Round(Lanes128 value) =>
        new(Vector128.Round(value._a), Vector128.Round(value._b), Vector128.Round(value._c), Vector128.Round(value._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ScaleByPowerOfTwo(Lanes128 value, Lanes128 exponent) =>
        new(
            Scale(value._a, exponent._a), Scale(value._b, exponent._b), Scale(value._c, exponent._c),
            Scale(value._d, exponent._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 value) => LaneReduction.Sum(value._a + value._c + (value._b + value._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Lanes128 value) =>
        LaneReduction.Max(Vector128.Max(Vector128.Max(value._a, value._c), Vector128.Max(value._b, value._d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Scale(Vector128<float> value, Vector128<float> exponent) =>
        (value.AsInt32() + (Vector128.ConvertToInt32Native(exponent) << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Half(ushort* source, F16Lanes<Lanes128> by)
    {
        Vector128<int> bits = Bits(source, by);
        Vector128<float> scaled = bits.AsSingle() * by.ExponentShift._a;
        Vector128<float> special = Vector128.GreaterThanOrEqual(Vector128.Abs(scaled), by.InfinityLimit._a);
        return Vector128.ConditionalSelect(special, (bits | by.SpecialExponent._a.AsInt32()).AsSingle(), scaled);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FiniteF16(ushort* source, F16Lanes<Lanes128> by) =>
        Bits(source, by).AsSingle() * by.ExponentShift._a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Bits(ushort* source, F16Lanes<Lanes128> by) =>
        Widen((short*)source) << F16Bits.Shift & by.Bits._a.AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(short* source) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(sbyte* source) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte()));

    // x86 returns the second operand when one is NaN, ARM the NaN: value second keeps it on both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Clamp(Vector128<float> value, float low, float high) =>
        Vector128.MinNative(Vector128.Create(high), Vector128.MaxNative(Vector128.Create(low), value));
}

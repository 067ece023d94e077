using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

// SSE2 and SSSE3, which every x64 runtime has.
internal readonly unsafe struct Register128(Vector128<int> value) : IPairRegister<Register128>
{
    private readonly Vector128<int> _v = value;

    public static int Lanes => 4;

    public static Register128 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 SplatByte(byte value) => new(Vector128.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 SplatShort(short value) => new(Vector128.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 SplatFloat(float value) => new(Vector128.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 Broadcast(void* source) => new(Vector128.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 Load(void* source) => new(Vector128.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Register128 value, void* destination) => value._v.Store((int*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 LoadSBytes(sbyte* source) => new(Widen(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 LoadSBytePairs(sbyte* first, sbyte* second) =>
        new(Widen(first) & Vector128.Create(0xffff)
            | Widen(second) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 LoadF16(ushort* source, F16Widening<Register128> by)
    {
        Vector128<int> half = Widen((short*)source);
        Vector128<float> normal = ((half << WidenedF16.Shift & by.Magnitude._v) + by.Rebias._v).AsSingle();
        Vector128<float> subnormal = normal + normal + by.SmallestNormalNegated._v.AsSingle();
        return new(Vector128.Min(normal, subnormal).AsInt32() | half & by.Sign._v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 LoadBFloat16(ushort* source) => new(Widen((short*)source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(Register128 value, sbyte* destination)
    {
        Vector128<short> shorts = Vector128.Narrow(value._v, value._v);
        *(int*)destination = Vector128.Narrow(shorts, shorts).AsInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 And(Register128 left, Register128 right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 Or(Register128 left, Register128 right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 SplatTable(Vector128<byte> table) => new(table.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 LookUp(Register128 table, Register128 indices) =>
        new(Ssse3.Shuffle(table._v.AsByte(), indices._v.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 ShiftLeft(Register128 value, int count) => new((value._v.AsInt16() << count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 ShiftRight(Register128 value, int count) => new((value._v.AsInt16() >>> count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 AddInts(Register128 left, Register128 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 SubtractInts(Register128 left, Register128 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MultiplyInts(Register128 left, Register128 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MaxInts(Register128 left, Register128 right) => new(Vector128.Max(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MultiplyShorts(Register128 left, Register128 right) =>
        new(Sse2.MultiplyAddAdjacent(left._v.AsInt16(), right._v.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfInts(Register128 value) => Vector128.Sum(value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxOfInts(Register128 value)
    {
        Vector128<int> two = Vector128.Max(value._v, Vector128.Shuffle(value._v, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(two.GetElement(0), two.GetElement(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 ToFloat(Register128 ints) => new(Vector128.ConvertToSingle(ints._v).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 AddFloats(Register128 left, Register128 right) =>
        new((left._v.AsSingle() + right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MultiplyFloats(Register128 left, Register128 right) =>
        new((left._v.AsSingle() * right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MultiplyAdd(Register128 left, Register128 right, Register128 addend) =>
        new(Vector128.FusedMultiplyAdd(left._v.AsSingle(), right._v.AsSingle(), addend._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MultiplyBytes(Register128 unsignedBytes, Register128 signedBytes) =>
        new(Ssse3.MultiplyAddAdjacent(unsignedBytes._v.AsByte(), signedBytes._v.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 AddShorts(Register128 left, Register128 right) =>
        new((left._v.AsInt16() + right._v.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(short* source) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(sbyte* source) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte()));
}

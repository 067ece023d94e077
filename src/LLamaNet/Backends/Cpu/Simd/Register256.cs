using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

// AVX2 with FMA; DotBytes needs AVX-VNNI.
internal readonly unsafe struct Register256(Vector256<int> value) : IPairRegister<Register256>, IQuadRegister<Register256>
{
    private readonly Vector256<int> _v = value;

    public Vector256<int> Value => _v;

    public static int Lanes => 8;

    public static Register256 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 SplatByte(byte value) => new(Vector256.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 SplatShort(short value) => new(Vector256.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 SplatFloat(float value) => new(Vector256.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 Broadcast(void* source) => new(Vector256.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 Load(void* source) => new(Vector256.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Register256 value, void* destination) => value._v.Store((int*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 LoadSBytes(sbyte* source) => new(Avx2.ConvertToVector256Int32(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 LoadSBytePairs(sbyte* first, sbyte* second) =>
        new(Avx2.ConvertToVector256Int32(first) & Vector256.Create(0xffff)
            | Avx2.ConvertToVector256Int32(second) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 LoadF16(ushort* source, F16Widening<Register256> by)
    {
        Vector256<int> half = Avx2.ConvertToVector256Int32((short*)source);
        Vector256<float> normal = ((half << WidenedF16.Shift & by.Magnitude._v) + by.Rebias._v).AsSingle();
        Vector256<float> subnormal = Vector256.FusedMultiplyAdd(
            normal, by.Two._v.AsSingle(), by.SmallestNormalNegated._v.AsSingle());
        return new(Avx.Min(normal, subnormal).AsInt32() | half & by.Sign._v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 LoadBFloat16(ushort* source) => new(Avx2.ConvertToVector256Int32(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(Register256 value, sbyte* destination)
    {
        Vector128<short> shorts = Vector128.Narrow(value._v.GetLower(), value._v.GetUpper());
        *(long*)destination = Vector128.Narrow(shorts, shorts).AsInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 And(Register256 left, Register256 right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 Or(Register256 left, Register256 right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 SplatTable(Vector128<byte> table) => new(Vector256.Create(table, table).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 LookUp(Register256 table, Register256 indices) =>
        new(Avx2.Shuffle(table._v.AsByte(), indices._v.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 ShiftLeft(Register256 value, int count) => new((value._v.AsInt16() << count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 ShiftRight(Register256 value, int count) => new((value._v.AsInt16() >>> count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 AddInts(Register256 left, Register256 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 SubtractInts(Register256 left, Register256 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MultiplyInts(Register256 left, Register256 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MaxInts(Register256 left, Register256 right) => new(Vector256.Max(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MultiplyShorts(Register256 left, Register256 right) =>
        new(Avx2.MultiplyAddAdjacent(left._v.AsInt16(), right._v.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfInts(Register256 value) => Vector128.Sum(value._v.GetLower() + value._v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxOfInts(Register256 value) =>
        Register128.MaxOfInts(new(Vector128.Max(value._v.GetLower(), value._v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 ToFloat(Register256 ints) => new(Vector256.ConvertToSingle(ints._v).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 AddFloats(Register256 left, Register256 right) =>
        new((left._v.AsSingle() + right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MultiplyFloats(Register256 left, Register256 right) =>
        new((left._v.AsSingle() * right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MultiplyAdd(Register256 left, Register256 right, Register256 addend) =>
        new(Vector256.FusedMultiplyAdd(left._v.AsSingle(), right._v.AsSingle(), addend._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MultiplyBytes(Register256 unsignedBytes, Register256 signedBytes) =>
        new(Avx2.MultiplyAddAdjacent(unsignedBytes._v.AsByte(), signedBytes._v.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 AddShorts(Register256 left, Register256 right) =>
        new((left._v.AsInt16() + right._v.AsInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 DotBytes(Register256 addend, Register256 unsignedBytes, Register256 signedBytes) =>
        new(AvxVnni.MultiplyWideningAndAdd(addend._v, unsignedBytes._v.AsByte(), signedBytes._v.AsSByte()));
}

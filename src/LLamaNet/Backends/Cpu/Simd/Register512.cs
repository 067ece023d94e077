using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

// AVX-512BW.
internal readonly unsafe struct Register512(Vector512<int> value) : IPairRegister<Register512>
{
    private readonly Vector512<int> _v = value;

    public static int Lanes => 16;

    public static Register512 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 SplatByte(byte value) => new(Vector512.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 SplatShort(short value) => new(Vector512.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 SplatFloat(float value) => new(Vector512.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 Broadcast(void* source) => new(Vector512.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 Load(void* source) => new(Vector512.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Register512 value, void* destination) => value._v.Store((int*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 LoadSBytes(sbyte* source) => new(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 LoadSBytePairs(sbyte* first, sbyte* second) =>
        new(Avx512F.ConvertToVector512Int32(Vector128.Load(first)) & Vector512.Create(0xffff)
            | Avx512F.ConvertToVector512Int32(Vector128.Load(second)) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 LoadF16(ushort* source, F16Widening<Register512> by)
    {
        Vector512<int> half = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source));
        Vector512<float> normal = ((half << WidenedF16.Shift & by.Magnitude._v) + by.Rebias._v).AsSingle();
        Vector512<float> subnormal = Vector512.FusedMultiplyAdd(
            normal, by.Two._v.AsSingle(), by.SmallestNormalNegated._v.AsSingle());
        return new(Avx512F.Min(normal, subnormal).AsInt32() | half & by.Sign._v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 LoadBFloat16(ushort* source) =>
        new((Avx512F.ConvertToVector512Int32(Vector256.Load(source)) << 16).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(Register512 value, sbyte* destination) =>
        Avx512F.ConvertToVector128SByte(value._v).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 And(Register512 left, Register512 right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 Or(Register512 left, Register512 right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 SplatTable(Vector128<byte> table) =>
        new(Vector512.Create(Vector256.Create(table, table), Vector256.Create(table, table)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 LookUp(Register512 table, Register512 indices) =>
        new(Avx512BW.Shuffle(table._v.AsByte(), indices._v.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 ShiftLeft(Register512 value, int count) => new((value._v.AsInt16() << count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 ShiftRight(Register512 value, int count) => new((value._v.AsInt16() >>> count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 AddInts(Register512 left, Register512 right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 SubtractInts(Register512 left, Register512 right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MultiplyInts(Register512 left, Register512 right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MaxInts(Register512 left, Register512 right) => new(Vector512.Max(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MultiplyShorts(Register512 left, Register512 right) =>
        new(Avx512BW.MultiplyAddAdjacent(left._v.AsInt16(), right._v.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfInts(Register512 value) => Vector256.Sum(value._v.GetLower() + value._v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxOfInts(Register512 value) =>
        Register256.MaxOfInts(new(Vector256.Max(value._v.GetLower(), value._v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 ToFloat(Register512 ints) => new(Vector512.ConvertToSingle(ints._v).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 AddFloats(Register512 left, Register512 right) =>
        new((left._v.AsSingle() + right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MultiplyFloats(Register512 left, Register512 right) =>
        new((left._v.AsSingle() * right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MultiplyAdd(Register512 left, Register512 right, Register512 addend) =>
        new(Vector512.FusedMultiplyAdd(left._v.AsSingle(), right._v.AsSingle(), addend._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MultiplyBytes(Register512 unsignedBytes, Register512 signedBytes) =>
        new(Avx512BW.MultiplyAddAdjacent(unsignedBytes._v.AsByte(), signedBytes._v.AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 AddShorts(Register512 left, Register512 right) =>
        new((left._v.AsInt16() + right._v.AsInt16()).AsInt32());
}

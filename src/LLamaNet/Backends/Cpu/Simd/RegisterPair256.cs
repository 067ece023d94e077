using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

// Two 256-bit registers that work as one of sixteen lanes, so that what goes to all lanes is read once for both. For
// instructions that have no 512-bit form in .NET. What a kernel repeats for each token is written out here: a call more in
// each of them would be more than the compiler inlines in one method.
internal readonly unsafe struct RegisterPair256(Vector256<int> lower, Vector256<int> upper) : IQuadRegister<RegisterPair256>
{
    private readonly Vector256<int> _lower = lower;
    private readonly Vector256<int> _upper = upper;

    public static int Lanes => 16;

    public static RegisterPair256 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 SplatByte(byte value) =>
        new(Vector256.Create(value).AsInt32(), Vector256.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 SplatShort(short value) =>
        new(Vector256.Create(value).AsInt32(), Vector256.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 SplatFloat(float value) =>
        new(Vector256.Create(value).AsInt32(), Vector256.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 Broadcast(void* source)
    {
        Vector256<int> value = Vector256.Create(*(int*)source);
        return new(value, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 Load(void* source) => new(Vector256.Load((int*)source), Vector256.Load((int*)source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(RegisterPair256 value, void* destination)
    {
        value._lower.Store((int*)destination);
        value._upper.Store((int*)destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 LoadSBytes(sbyte* source) =>
        new(Avx2.ConvertToVector256Int32(source), Avx2.ConvertToVector256Int32(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 LoadSBytePairs(sbyte* first, sbyte* second) =>
        From(Register256.LoadSBytePairs(first, second), Register256.LoadSBytePairs(first + 8, second + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 LoadF16(ushort* source, F16Widening<RegisterPair256> by)
    {
        Vector256<int> low = Avx2.ConvertToVector256Int32((short*)source),
        high = Avx2.ConvertToVector256Int32((short*)source + 8);
        Vector256<float> two = by.Two._lower.AsSingle(), excess = by.SmallestNormalNegated._lower.AsSingle();
        Vector256<float> lowNormal = ((low << WidenedF16.Shift & by.Magnitude._lower) + by.Rebias._lower).AsSingle();
        Vector256<float> highNormal = ((high << WidenedF16.Shift & by.Magnitude._lower) + by.Rebias._lower).AsSingle();
        return new(
            Avx.Min(lowNormal, Vector256.FusedMultiplyAdd(lowNormal, two, excess)).AsInt32() | low & by.Sign._lower,
            Avx.Min(highNormal, Vector256.FusedMultiplyAdd(highNormal, two, excess)).AsInt32() | high & by.Sign._lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 LoadBFloat16(ushort* source) =>
        From(Register256.LoadBFloat16(source), Register256.LoadBFloat16(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(RegisterPair256 value, sbyte* destination)
    {
        Register256.StoreLowBytes(new(value._lower), destination);
        Register256.StoreLowBytes(new(value._upper), destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 And(RegisterPair256 left, RegisterPair256 right) =>
        new(left._lower & right._lower, left._upper & right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 Or(RegisterPair256 left, RegisterPair256 right) =>
        new(left._lower | right._lower, left._upper | right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 SplatTable(Vector128<byte> table) =>
        From(Register256.SplatTable(table), Register256.SplatTable(table));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 LookUp(RegisterPair256 table, RegisterPair256 indices) =>
        new(
            Avx2.Shuffle(table._lower.AsByte(), indices._lower.AsByte()).AsInt32(),
            Avx2.Shuffle(table._upper.AsByte(), indices._upper.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 ShiftLeft(RegisterPair256 value, int count) =>
        new((value._lower.AsInt16() << count).AsInt32(), (value._upper.AsInt16() << count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 ShiftRight(RegisterPair256 value, int count) =>
        new((value._lower.AsInt16() >>> count).AsInt32(), (value._upper.AsInt16() >>> count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 AddInts(RegisterPair256 left, RegisterPair256 right) =>
        new(left._lower + right._lower, left._upper + right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 SubtractInts(RegisterPair256 left, RegisterPair256 right) =>
        new(left._lower - right._lower, left._upper - right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 MultiplyInts(RegisterPair256 left, RegisterPair256 right) =>
        new(left._lower * right._lower, left._upper * right._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 MaxInts(RegisterPair256 left, RegisterPair256 right) =>
        new(Vector256.Max(left._lower, right._lower), Vector256.Max(left._upper, right._upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 MultiplyShorts(RegisterPair256 left, RegisterPair256 right) =>
        new(
            Avx2.MultiplyAddAdjacent(left._lower.AsInt16(), right._lower.AsInt16()),
            Avx2.MultiplyAddAdjacent(left._upper.AsInt16(), right._upper.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfInts(RegisterPair256 value) => Vector256.Sum(value._lower + value._upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxOfInts(RegisterPair256 value) =>
        Register256.MaxOfInts(new(Vector256.Max(value._lower, value._upper)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 ToFloat(RegisterPair256 ints) =>
        new(Vector256.ConvertToSingle(ints._lower).AsInt32(), Vector256.ConvertToSingle(ints._upper).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 AddFloats(RegisterPair256 left, RegisterPair256 right) =>
        new(
            (left._lower.AsSingle() + right._lower.AsSingle()).AsInt32(),
            (left._upper.AsSingle() + right._upper.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 MultiplyFloats(RegisterPair256 left, RegisterPair256 right) =>
        new(
            (left._lower.AsSingle() * right._lower.AsSingle()).AsInt32(),
            (left._upper.AsSingle() * right._upper.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 MultiplyAdd(RegisterPair256 left, RegisterPair256 right, RegisterPair256 addend) =>
        new(
            Vector256.FusedMultiplyAdd(left._lower.AsSingle(), right._lower.AsSingle(), addend._lower.AsSingle()).AsInt32(),
            Vector256.FusedMultiplyAdd(left._upper.AsSingle(), right._upper.AsSingle(), addend._upper.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPair256 DotBytes(RegisterPair256 addend, RegisterPair256 unsignedBytes, RegisterPair256 signedBytes) =>
        new(
            AvxVnni.MultiplyWideningAndAdd(addend._lower, unsignedBytes._lower.AsByte(), signedBytes._lower.AsSByte()),
            AvxVnni.MultiplyWideningAndAdd(addend._upper, unsignedBytes._upper.AsByte(), signedBytes._upper.AsSByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RegisterPair256 From(Register256 lower, Register256 upper) => new(lower.Value, upper.Value);
}

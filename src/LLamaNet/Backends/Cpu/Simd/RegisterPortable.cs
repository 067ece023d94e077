using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LLamaNet.Backends.Cpu.Simd;

// Whatever 128-bit vectors the runtime has; on ARM with its dot product instruction where there is one.
internal readonly unsafe struct RegisterPortable(Vector128<int> value) : IQuadRegister<RegisterPortable>
{
    private readonly Vector128<int> _v = value;

    public static int Lanes => 4;

    public static RegisterPortable Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable SplatByte(byte value) => new(Vector128.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable SplatShort(short value) => new(Vector128.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable SplatFloat(float value) => new(Vector128.Create(value).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable Broadcast(void* source) => new(Vector128.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable Load(void* source) => new(Vector128.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(RegisterPortable value, void* destination) => value._v.Store((int*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable LoadSBytes(sbyte* source) => new(Widen(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable LoadSBytePairs(sbyte* first, sbyte* second) =>
        new(Widen(first) & Vector128.Create(0xffff)
            | Widen(second) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable LoadF16(ushort* source, F16Widening<RegisterPortable> by)
    {
        Vector128<int> half = Widen((short*)source);
        Vector128<float> normal = ((half << WidenedF16.Shift & by.Magnitude._v) + by.Rebias._v).AsSingle();
        Vector128<float> subnormal = normal + normal + by.SmallestNormalNegated._v.AsSingle();
        return new(Vector128.Min(normal, subnormal).AsInt32() | half & by.Sign._v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable LoadBFloat16(ushort* source) => new(Widen((short*)source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(RegisterPortable value, sbyte* destination)
    {
        Vector128<short> shorts = Vector128.Narrow(value._v, value._v);
        *(int*)destination = Vector128.Narrow(shorts, shorts).AsInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable And(RegisterPortable left, RegisterPortable right) => new(left._v & right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable Or(RegisterPortable left, RegisterPortable right) => new(left._v | right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable SplatTable(Vector128<byte> table) => new(table.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable LookUp(RegisterPortable table, RegisterPortable indices) =>
        new(Vector128.ShuffleNative(table._v.AsByte(), indices._v.AsByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable ShiftLeft(RegisterPortable value, int count) => new((value._v.AsInt16() << count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable ShiftRight(RegisterPortable value, int count) => new((value._v.AsInt16() >>> count).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable AddInts(RegisterPortable left, RegisterPortable right) => new(left._v + right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable SubtractInts(RegisterPortable left, RegisterPortable right) => new(left._v - right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable MultiplyInts(RegisterPortable left, RegisterPortable right) => new(left._v * right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable MaxInts(RegisterPortable left, RegisterPortable right) =>
        new(Vector128.Max(left._v, right._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable MultiplyShorts(RegisterPortable left, RegisterPortable right) =>
        new((left._v << 16 >> 16) * (right._v << 16 >> 16) + (left._v >> 16) * (right._v >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfInts(RegisterPortable value) => Vector128.Sum(value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxOfInts(RegisterPortable value)
    {
        Vector128<int> two = Vector128.Max(value._v, Vector128.Shuffle(value._v, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(two.GetElement(0), two.GetElement(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable ToFloat(RegisterPortable ints) => new(Vector128.ConvertToSingle(ints._v).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable AddFloats(RegisterPortable left, RegisterPortable right) =>
        new((left._v.AsSingle() + right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable MultiplyFloats(RegisterPortable left, RegisterPortable right) =>
        new((left._v.AsSingle() * right._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable MultiplyAdd(RegisterPortable left, RegisterPortable right, RegisterPortable addend) =>
        new(Vector128.FusedMultiplyAdd(left._v.AsSingle(), right._v.AsSingle(), addend._v.AsSingle()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterPortable DotBytes(RegisterPortable addend, RegisterPortable unsignedBytes, RegisterPortable signedBytes)
    {
        Vector128<byte> weights = unsignedBytes._v.AsByte();
        Vector128<sbyte> values = signedBytes._v.AsSByte();
        if (Dp.IsSupported)
        {
            // w = (w - 128) + 64 + 64, each a signed byte.
            Vector128<sbyte> half = Vector128.Create((sbyte)64);
            Vector128<int> sum = Dp.DotProduct(addend._v, (weights ^ Vector128.Create((byte)0x80)).AsSByte(), values);
            return new(Dp.DotProduct(Dp.DotProduct(sum, half, values), half, values));
        }

        Vector128<long> lower = SumOfFour(Vector128.WidenLower(weights).AsInt16() * Vector128.WidenLower(values));
        Vector128<long> upper = SumOfFour(Vector128.WidenUpper(weights).AsInt16() * Vector128.WidenUpper(values));
        return new(addend._v + Vector128.Narrow(lower, upper));
    }

    // In the lower halves; the upper halves hold nothing of use.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> SumOfFour(Vector128<short> products)
    {
        Vector128<long> pairs = ((products.AsInt32() << 16 >> 16) + (products.AsInt32() >> 16)).AsInt64();
        return pairs + (pairs >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(short* source) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(sbyte* source) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte()));
}

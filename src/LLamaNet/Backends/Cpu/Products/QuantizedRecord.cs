using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Products;

// 32 activations x of one token as signed bytes: x = scale * a, scale = max |x| / 127, a rounded to the nearest.
//   a sbyte[32] | scale float | sum(a[0..16]), sum(a[16..32]) short | scale * sum(a) float | scale * sum(a[0..16]) float
// Bytes cannot carry infinity and NaN: there scale is NaN, and so is every product.
internal static unsafe class QuantizedRecord
{
    public const int Length = 2 * HalfLength;
    public const int Bytes = 48;
    public const int ScaleOffset = 32;
    public const int HalfSumsOffset = 36;
    public const int SumOffset = 40;
    public const int FirstHalfOffset = 44;

    private const int HalfLength = 16;
    private const int Infinity = 0x7f800000;

    // Below this 1 / scale would overflow; such activations count as zero.
    private const float SmallestMaximum = 1e-35f;

    // 1.5 * 2^23: added to a float, leaves its nearest integer (ties to even) in the low bits.
    private const float Rounder = 12582912f;

    // source: 32 floats.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<TRegister>(float* source, byte* record)
        where TRegister : unmanaged, IRegister<TRegister>
    {
        // Bits of magnitudes compare like the magnitudes, and above them infinity and NaN.
        TRegister magnitude = TRegister.SplatFloat(BitConverter.Int32BitsToSingle(int.MaxValue));
        TRegister largest = TRegister.And(TRegister.Load(source), magnitude);
        for (int i = TRegister.Lanes; i < Length; i += TRegister.Lanes)
            largest = TRegister.MaxInts(largest, TRegister.And(TRegister.Load(source + i), magnitude));
        int maximumBits = TRegister.MaxOfInts(largest);
        float maximum = BitConverter.Int32BitsToSingle(maximumBits);

        float scale = maximum < SmallestMaximum ? 0 : maximumBits >= Infinity ? float.NaN : maximum / 127;
        float inverse = scale > 0 ? 127 / maximum : 0;
        if (scale > 0)
        {
            TRegister factor = TRegister.SplatFloat(inverse), rounder = TRegister.SplatFloat(Rounder);
            int first = WriteHalf(source, factor, rounder, (sbyte*)record);
            int second = WriteHalf(source + HalfLength, factor, rounder, (sbyte*)record + HalfLength);
            *(short*)(record + HalfSumsOffset) = (short)first;
            *(short*)(record + HalfSumsOffset + sizeof(short)) = (short)second;
            *(float*)(record + SumOffset) = scale * (first + second);
            *(float*)(record + FirstHalfOffset) = scale * first;
        }
        else
        {
            new Span<byte>(record, Bytes).Clear();
            *(float*)(record + SumOffset) = scale;
        }

        *(float*)(record + ScaleOffset) = scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteHalf<TRegister>(float* source, TRegister factor, TRegister rounder, sbyte* values)
        where TRegister : unmanaged, IRegister<TRegister>
    {
        TRegister sum = TRegister.Zero;
        for (int i = 0; i < HalfLength; i += TRegister.Lanes)
        {
            TRegister rounded = TRegister.MultiplyAdd(TRegister.Load(source + i), factor, rounder);
            TRegister value = TRegister.SubtractInts(rounded, rounder);
            TRegister.StoreLowBytes(value, values + i);
            sum = TRegister.AddInts(sum, value);
        }

        return TRegister.SumOfInts(sum);
    }
}

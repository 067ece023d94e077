using System.Runtime.Intrinsics;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 136 bytes, in 8 sub-blocks of 32: w = d * (s - 32) * value(q), with multiplier s - 32 and the values of IQ4_NL
//   0   d            half
//   2   s bits 4, 5  16-bit word: bits 2 i and 2 i + 1 are sub-block i's
//   4   s bits 0..3  4 bytes: sub-block 2 i in the lower, 2 i + 1 in the upper four bits of byte i
//   8   q            8 x 16 bytes, 32 weights each: weight i in the lower, i + 16 in the upper four bits of byte i
internal readonly unsafe struct IQ4_XS : IBlockFormat
{
    private const int SubBlocks = 8;
    private const int SubBlockLength = 32;
    private const int MultiplierZero = 32;

    public static DType Type => DType.IQ4_XS;

    public static DType ShorterBlocks => DType.IQ4_NL;

    public static int BlockLength => SubBlocks * SubBlockLength;

    public static int BlockBytes => 136;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int OperandBits => 8;

    public static int ZeroPoint => 128;

    public static Vector128<sbyte> Codebook => IQ4_NL.Codebook;

    public static int Multipliers => 1;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static int IntegerBits => 6;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        int upper = *(ushort*)(block + 2);
        for (int i = 0; i < SubBlocks; i++)
        {
            int multiplier = block[4 + i / 2] >> 4 * (i % 2) & 15 | (upper >> 2 * i & 3) << 4;
            parts->Multipliers[i] = (sbyte)(multiplier - MultiplierZero);
            BitFields.Unpack(block + 8 + 16 * i, 16, 4, (byte*)parts->Quants + SubBlockLength * i);
        }
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        int upper = 0;
        *(uint*)(block + 4) = 0;
        for (int i = 0; i < SubBlocks; i++)
        {
            int multiplier = parts->Multipliers[i] + MultiplierZero;
            upper |= multiplier >> 4 << 2 * i;
            block[4 + i / 2] |= (byte)((multiplier & 15) << 4 * (i % 2));
            BitFields.Pack((byte*)parts->Quants + SubBlockLength * i, block + 8 + 16 * i, 16, 4);
        }

        *(ushort*)(block + 2) = (ushort)upper;
    }

    // The scale of largest magnitude becomes -32 d. Then a sub-block takes the multiplier near its own that loses least.
    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts)
    {
        Span<float> fitted = stackalloc float[SubBlocks], near = stackalloc float[ScaleSearch.Candidates];
        float largest = 0;
        for (int i = 0; i < SubBlocks; i++)
        {
            fitted[i] = CodebookSearch.Fit(weights.Slice(i * SubBlockLength, SubBlockLength), Codebook);
            if (Math.Abs(fitted[i]) > Math.Abs(largest)) largest = fitted[i];
        }

        float d = F16Scale.Spanning(Math.Abs(largest), MultiplierZero);
        if (largest > 0) d = -d;
        parts->Scale = F16Scale.FromSingle(d);
        for (int i = 0; i < SubBlocks; i++)
        {
            int first = d == 0 ? 0 : (int)MathF.Round(fitted[i] / d);
            for (int k = 0; k < near.Length; k++)
                near[k] = d * Math.Clamp(first + ScaleSearch.Near(k), -MultiplierZero, MultiplierZero - 1);

            ReadOnlySpan<float> part = weights.Slice(i * SubBlockLength, SubBlockLength);
            int best = CodebookSearch.Best(part, near, Codebook);
            CodebookSearch.Round(part, near[best], Codebook, (byte*)parts->Quants + i * SubBlockLength);
            parts->Multipliers[i] = (sbyte)Math.Clamp(first + ScaleSearch.Near(best), -MultiplierZero, MultiplierZero - 1);
        }
    }
}

using System.Runtime.CompilerServices;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 210 bytes, in 16 sub-blocks of 16: w = d * multiplier * (q - 32)
//     0   q bits 0..3  2 x 64 bytes, 128 weights each: weight i in the lower, i + 64 in the upper four bits of byte i
//   128   q bits 4, 5  2 x 32 bytes, 128 weights each: weights i, i + 32, i + 64, i + 96 from the lowest bits of byte i up
//   192   multiplier   16 signed bytes
//   208   d            half
internal readonly unsafe struct Q6_K : IBlockFormat
{
    public static DType Type => DType.Q6_K;

    public static DType ShorterBlocks => DType.Q8_0;

    public static int BlockLength => 256;

    public static int BlockBytes => 210;

    public static int LowBits => 4;

    public static int HighBits => 2;

    public static int OperandBits => 6;

    public static int ZeroPoint => 32;

    public static int Multipliers => 2;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static int IntegerBits => 8;

    public static void Split(byte* block, BlockParts* parts)
    {
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 2; i++)
        {
            BitFields.Unpack(block + 64 * i, 64, 4, quants + 128 * i);
            BitFields.Unpack(block + 128 + 32 * i, 32, 2, quants + 128 * i, shift: 4);
        }

        Unsafe.CopyBlockUnaligned(parts->Multipliers, block + 192, 16);
        parts->Scale = *(ushort*)(block + 208);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 2; i++)
        {
            BitFields.Pack(quants + 128 * i, block + 64 * i, 64, 4);
            BitFields.Pack(quants + 128 * i, block + 128 + 32 * i, 32, 2, shift: 4);
        }

        Unsafe.CopyBlockUnaligned(block + 192, parts->Multipliers, 16);
        *(ushort*)(block + 208) = parts->Scale;
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) =>
        SymmetricSuperBlock.Quantize(weights, ZeroPoint, multiplierZero: 128, parts);
}

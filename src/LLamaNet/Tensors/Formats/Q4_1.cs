using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 20 bytes, w = d * q + m:
//   0   d    half
//   2   m    half
//   4   q    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal readonly unsafe struct Q4_1 : IBlockFormat
{
    public static DType Type => DType.Q4_1;

    public static int BlockLength => 32;

    public static int BlockBytes => 20;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int OperandBits => 4;

    public static int ZeroPoint => 0;

    public static int Multipliers => 0;

    public static int MinimumSign => 1;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        BitFields.Unpack(block + 4, 16, 4, (byte*)parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        BitFields.Pack((byte*)parts->Quants, block + 4, 16, 4);
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) => AffineBlock.Quantize(weights, 15, parts);
}

using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 18 bytes, w = d * (q - 8):
//   0   d    half
//   2   q    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal readonly unsafe struct Q4_0 : IBlockFormat
{
    public static DType Type => DType.Q4_0;

    public static int BlockLength => 32;

    public static int BlockBytes => 18;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int OperandBits => 4;

    public static int ZeroPoint => 8;

    public static int Multipliers => 0;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        BitFields.Unpack(block + 2, 16, 4, (byte*)parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        BitFields.Pack((byte*)parts->Quants, block + 2, 16, 4);
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) =>
        SymmetricBlock.Quantize(weights, ZeroPoint, parts);
}

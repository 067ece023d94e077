using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 24 bytes, w = d * q + m:
//   0   d         half
//   2   m         half
//   4   q bit 4   32-bit word: bit i is weight i's
//   8   q 0..3    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal readonly unsafe struct Q5_1 : IBlockFormat
{
    public static DType Type => DType.Q5_1;

    public static int BlockLength => 32;

    public static int BlockBytes => 24;

    public static int LowBits => 4;

    public static int HighBits => 1;

    public static int OperandBits => 5;

    public static int ZeroPoint => 0;

    public static int Multipliers => 0;

    public static int MinimumSign => 1;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        BitFields.Unpack(block + 8, 16, 4, (byte*)parts->Quants);
        BitFields.AddFifthBits(*(uint*)(block + 4), (byte*)parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        *(uint*)(block + 4) = BitFields.FifthBits((byte*)parts->Quants);
        BitFields.Pack((byte*)parts->Quants, block + 8, 16, 4);
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) => AffineBlock.Quantize(weights, 31, parts);
}

using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 22 bytes, w = d * (q - 16):
//   0   d         half
//   2   q bit 4   32-bit word: bit i is weight i's
//   6   q 0..3    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal readonly unsafe struct Q5_0 : IBlockFormat
{
    public static DType Type => DType.Q5_0;

    public static int BlockLength => 32;

    public static int BlockBytes => 22;

    public static int LowBits => 4;

    public static int HighBits => 1;

    public static int OperandBits => 5;

    public static int ZeroPoint => 16;

    public static int Multipliers => 0;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        BitFields.Unpack(block + 6, 16, 4, (byte*)parts->Quants);
        BitFields.AddFifthBits(*(uint*)(block + 2), (byte*)parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(uint*)(block + 2) = BitFields.FifthBits((byte*)parts->Quants);
        BitFields.Pack((byte*)parts->Quants, block + 6, 16, 4);
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) =>
        SymmetricBlock.Quantize(weights, ZeroPoint, parts);
}

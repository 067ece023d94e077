using System.Numerics.Tensors;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 34 bytes, w = d * s = d * (q - 128):
//   0   d   half
//   2   s   32 signed bytes, -127..127 when quantized here
internal readonly unsafe struct Q8_0 : IBlockFormat
{
    private const ulong SignBits = 0x8080808080808080;
    private const int MaxInteger = 127;

    public static DType Type => DType.Q8_0;

    public static int BlockLength => 32;

    public static int BlockBytes => 34;

    public static int LowBits => 8;

    public static int HighBits => 0;

    public static int OperandBits => 8;

    public static int ZeroPoint => 128;

    public static int Multipliers => 0;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        for (int i = 0; i < 4; i++) parts->Quants[i] = ((ulong*)(block + 2))[i] ^ SignBits;
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        for (int i = 0; i < 4; i++) ((ulong*)(block + 2))[i] = parts->Quants[i] ^ SignBits;
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts)
    {
        float d = F16Scale.Spanning(Math.Abs(TensorPrimitives.MaxMagnitude(weights)), MaxInteger);
        Integers.Round(weights, d, 0, -MaxInteger, MaxInteger, ZeroPoint, (byte*)parts->Quants);
        parts->Scale = F16Scale.FromSingle(d);
    }
}

using System.Runtime.Intrinsics;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 18 bytes, w = d * value(q), with values that lie closer around zero:
//   0   d    half
//   2   q    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal readonly unsafe struct IQ4_NL : IBlockFormat
{
    public static DType Type => DType.IQ4_NL;

    public static int BlockLength => 32;

    public static int BlockBytes => 18;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int OperandBits => 8;

    public static int ZeroPoint => 128;

    public static Vector128<sbyte> Codebook =>
        Vector128.Create((sbyte)-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

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

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts)
    {
        const float step = 0.01f; // of the scale
        Span<float> scales = stackalloc float[ScaleSearch.Candidates];
        float fitted = CodebookSearch.Fit(weights, Codebook);
        for (int i = 0; i < scales.Length; i++) scales[i] = fitted * (1 + step * ScaleSearch.Near(i));
        F16Scale.Round(scales);

        float d = scales[CodebookSearch.Best(weights, scales, Codebook)];
        CodebookSearch.Round(weights, d, Codebook, (byte*)parts->Quants);
        parts->Scale = F16Scale.FromSingle(d);
    }
}

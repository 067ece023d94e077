using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors;

// Rows of blocks, as IBlockFormat describes them.
internal sealed unsafe class BlockFormat<TFormat>() : WeightFormat(TFormat.Type, TFormat.BlockLength, TFormat.BlockBytes)
    where TFormat : struct, IBlockFormat
{
    private static bool HasCodebook => TFormat.OperandBits != TFormat.LowBits + TFormat.HighBits;

    // Weights that share a multiplier and a minimum.
    private static int SubBlockLength => TFormat.Multipliers == 2 ? 16 : 32;

    private static int MaxMultiplier =>
        TFormat.Multipliers == 0 ? 1 : (1 << (TFormat.MinimumSign == 0 ? TFormat.IntegerBits - 1 : TFormat.IntegerBits)) - 1;

    // The magnitude that values reach on both sides of zero. Above a minimum the whole range may lie on one side.
    private static int MaxValue => HasCodebook
        ? Math.Min(-TFormat.Codebook[0], TFormat.Codebook[15])
        : TFormat.ZeroPoint == 0 ? 1 : TFormat.ZeroPoint - 1;

    public override DType ShorterBlocks => TFormat.ShorterBlocks;

    public override float MaxMagnitude => F16Scale.Max * MaxMultiplier * MaxValue;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        int count = values.Length / TFormat.BlockLength;
        BlockParts parts;
        fixed (byte* first = blocks[..(count * TFormat.BlockBytes)])
        fixed (float* target = values)
        {
            for (int i = 0; i < count; i++)
            {
                TFormat.Split(first + (long)i * TFormat.BlockBytes, &parts);
                Dequantize(&parts, target + (long)i * TFormat.BlockLength);
            }
        }
    }

    [SkipLocalsInit]
    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        int count = values.Length / TFormat.BlockLength;
        BlockParts parts;
        fixed (byte* first = blocks[..(count * TFormat.BlockBytes)])
        {
            for (int i = 0; i < count; i++)
            {
                TFormat.Quantize(values.Slice(i * TFormat.BlockLength, TFormat.BlockLength), &parts);
                TFormat.Join(&parts, first + (long)i * TFormat.BlockBytes);
            }
        }
    }

    // Products of d with small integers are exact. ggml rounds once a product and once a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dequantize(BlockParts* parts, float* values)
    {
        float d = F16Scale.ToSingle(parts->Scale);
        float m = TFormat.MinimumSign == 0 ? 0 : TFormat.MinimumSign * F16Scale.ToSingle(parts->Minimum);
        var quants = (byte*)parts->Quants;
        if (HasCodebook)
            Integers.LookUp(quants, TFormat.BlockLength, TFormat.Codebook.AsByte() + Vector128.Create((byte)TFormat.ZeroPoint));
        for (int i = 0; i < TFormat.BlockLength / SubBlockLength; i++)
        {
            float scale = TFormat.Multipliers == 0 ? d : d * parts->Multipliers[i];
            byte* q = quants + i * SubBlockLength;
            float* y = values + i * SubBlockLength;
            if (TFormat.MinimumSign == 0) Integers.Scale(q, SubBlockLength, TFormat.ZeroPoint, scale, y);
            else Integers.ScaleAndAdd(q, SubBlockLength, scale, TFormat.Minimums == 0 ? m : m * parts->Minimums[i], y);
        }
    }
}

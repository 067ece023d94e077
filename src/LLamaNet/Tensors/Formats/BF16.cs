using System.Runtime.InteropServices;

namespace LLamaNet.Tensors.Formats;

internal sealed class BF16() : WeightFormat(DType.BF16, 1, 2)
{
    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        for (int i = 0; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
    }

    // To the nearest, ties to even; NaN stays NaN.
    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            halves[i] = float.IsNaN(values[i]) ? (ushort)(bits >> 16 | 64) : (ushort)(bits + 0x7fff + (bits >> 16 & 1) >> 16);
        }
    }
}

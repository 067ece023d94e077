namespace LLamaNet.Tensors;

// Rows of plain numbers, as IFloatFormat describes them.
internal sealed class FloatFormat<TFormat>() : WeightFormat(TFormat.Type, 1, TFormat.Bytes)
    where TFormat : struct, IFloatFormat
{
    public override DType ShorterBlocks => TFormat.Type;

    public override float MaxMagnitude => TFormat.MaxMagnitude;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) => TFormat.Dequantize(blocks, values);

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) => TFormat.Quantize(values, blocks);
}

namespace LLamaNet.Tensors;

// A format whose rows are plain numbers.
internal interface IFloatFormat
{
    static abstract DType Type { get; }

    // Of a number.
    static abstract int Bytes { get; }

    static abstract int ExponentBits { get; }

    static abstract float MaxMagnitude { get; }

    static abstract void Dequantize(ReadOnlySpan<byte> numbers, Span<float> values);

    static abstract void Quantize(ReadOnlySpan<float> values, Span<byte> numbers);
}

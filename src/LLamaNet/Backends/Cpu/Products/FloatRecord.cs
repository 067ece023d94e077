namespace LLamaNet.Backends.Cpu.Products;

// Eight activations of one token as they are; zeros behind the last.
internal static unsafe class FloatRecord
{
    public const int Length = 8;
    public const int Bytes = Length * sizeof(float);

    // count: how many of the eight there are.
    public static void Write(float* source, int count, float* record)
    {
        var destination = new Span<float>(record, Length);
        if (count < Length) destination[count..].Clear();
        new ReadOnlySpan<float>(source, Math.Min(count, Length)).CopyTo(destination);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// IEEE half.
internal sealed class F16() : WeightFormat(DType.F16, 1, 2)
{
    public override float LargestMagnitude => HalfScale.Largest;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(blocks)[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> lower, out Vector<uint> upper);
            HalfVector.ToSingle(lower).CopyTo(values[i..]);
            HalfVector.ToSingle(upper).CopyTo(values[(i + Vector<float>.Count)..]);
        }

        for (; i < values.Length; i++) values[i] = HalfVector.ToSingle(new Vector<uint>(halves[i]))[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(blocks)[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> lower = HalfVector.FromSingle(new Vector<float>(values[i..]));
            Vector<uint> upper = HalfVector.FromSingle(new Vector<float>(values[(i + Vector<float>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(halves[i..]);
        }

        for (; i < values.Length; i++) halves[i] = (ushort)HalfVector.FromSingle(new Vector<float>(values[i]))[0];
    }
}

using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Tensors.Quantization;

// Looks for the scale that loses least for x ~ scale * value(q), with sixteen ascending values that are not evenly spaced.
// As in ScaleSearch a candidate is a lane, so the outcome is the same for every vector width.
internal static unsafe class CodebookSearch
{
    // Sixteen values, and between each two their middle.
    private const int TableLength = 31;

    // Below this the scale is zero as a half.
    private const float SmallestExtreme = 1e-9f;

    // The scale may be negative: the codebook reaches further on one side of zero.
    public static float Fit(ReadOnlySpan<float> values, Vector128<sbyte> codebook)
    {
        float extreme = TensorPrimitives.MaxMagnitude(values);
        if (Math.Abs(extreme) < SmallestExtreme) return 0;
        (float lower, float lowerError) = Fit(values, extreme / codebook[0], codebook);
        (float upper, float upperError) = Fit(values, extreme / codebook[15], codebook);
        return lowerError <= upperError ? lower : upper;
    }

    // Of candidates as they will be stored, the one that loses least. A zero scale stands for zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, Vector128<sbyte> codebook)
    {
        Span<float> errors = stackalloc float[ScaleSearch.Candidates], table = stackalloc float[TableLength];
        Fill(table, codebook);
        for (int lane = 0; lane < ScaleSearch.Candidates; lane += Vector<float>.Count)
        {
            Vector<float> scale = new(scales[lane..]), inverse = Inverse(scale), error = default;
            for (int i = 0; i < values.Length; i++)
            {
                var x = new Vector<float>(values[i]);
                Vector<float> r = Vector.FusedMultiplyAdd(Nearest(x * inverse, table), -scale, x);
                error = Vector.FusedMultiplyAdd(r, r, error);
            }

            error.CopyTo(errors[lane..]);
        }

        return ScaleSearch.Least(errors);
    }

    // quants[i] = the q whose value is nearest to values[i] / scale; without a scale, to zero.
    public static void Round(ReadOnlySpan<float> values, float scale, Vector128<sbyte> codebook, byte* quants)
    {
        Span<float> table = stackalloc float[TableLength];
        Fill(table, codebook);
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < values.Length; i++)
        {
            int place = 1;
            while (place < TableLength && values[i] * inverse > table[place]) place += 2;
            quants[i] = (byte)(place / 2);
        }
    }

    // first: the scale that takes the extreme to an end of the codebook. Candidates lie around it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Scale, float Error) Fit(ReadOnlySpan<float> values, float first, Vector128<sbyte> codebook)
    {
        const float step = 0.02f; // of the scale
        Span<float> scales = stackalloc float[ScaleSearch.Candidates], errors = stackalloc float[ScaleSearch.Candidates];
        Span<float> table = stackalloc float[TableLength];
        Fill(table, codebook);
        for (int i = 0; i < ScaleSearch.Candidates; i++) scales[i] = first * (1 + step * ScaleSearch.Near(i));
        for (int lane = 0; lane < ScaleSearch.Candidates; lane += Vector<float>.Count)
        {
            Vector<float> inverse = Inverse(new Vector<float>(scales[lane..])), sumQX = default, sumQQ = default, sumXX = default;
            for (int i = 0; i < values.Length; i++)
            {
                var x = new Vector<float>(values[i]);
                Vector<float> q = Nearest(x * inverse, table);
                sumQX = Vector.FusedMultiplyAdd(q, x, sumQX);
                sumQQ = Vector.FusedMultiplyAdd(q, q, sumQQ);
                sumXX = Vector.FusedMultiplyAdd(x, x, sumXX);
            }

            // For these values of q: the scale that loses least, and its loss.
            Vector<float> fitted = sumQX / sumQQ;
            fitted.CopyTo(scales[lane..]);
            (sumXX - fitted * sumQX).CopyTo(errors[lane..]);
        }

        int best = ScaleSearch.Least(errors);
        return (scales[best], errors[best]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Inverse(Vector<float> scale) =>
        Vector.ConditionalSelect(Vector.Equals(scale, Vector<float>.Zero), Vector<float>.Zero, Vector<float>.One / scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Nearest(Vector<float> x, ReadOnlySpan<float> table)
    {
        Vector<float> nearest = new(table[0]);
        for (int i = 1; i < TableLength; i += 2)
        {
            Vector<int> isAbove = Vector.GreaterThan(x, new Vector<float>(table[i]));
            nearest = Vector.ConditionalSelect(isAbove, new Vector<float>(table[i + 1]), nearest);
        }

        return nearest;
    }

    private static void Fill(Span<float> table, Vector128<sbyte> codebook)
    {
        for (int i = 0; i < TableLength; i++) table[i] = 0.5f * (codebook[i / 2] + codebook[(i + 1) / 2]);
    }
}

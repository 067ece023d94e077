using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace LLamaNet.Tensors.Quantization;

// Looks for the scale and the min of a run of values, x ~ scale * q + min with lowest <= q <= highest, that lose least.
// The loss is the sum of squared errors; all values weigh the same. It has many narrow valleys, one for each way to round,
// so sixteen candidates are tried side by side. A candidate is a lane: nothing is summed across lanes, and the outcome is
// the same for every vector width.
internal static class ScaleSearch
{
    public const int Candidates = 16;

    // 0, 1, -1, 2, -2, … 8: steps of candidates away from a first guess, which wins ties.
    public static int Near(int candidate) => (candidate + 1) / 2 * (candidate % 2 == 0 ? -1 : 1);

    // The scale of integers from -zero to zero - 1, positive or negative.
    public static float FitSymmetric(ReadOnlySpan<float> values, int zero)
    {
        const float step = 0.3f; // by so many integers the value of largest magnitude moves in or out
        float extreme = TensorPrimitives.MaxMagnitude(values);
        if (extreme == 0) return 0;
        Span<float> scales = stackalloc float[Candidates];
        for (int i = 0; i < Candidates; i++) scales[i] = extreme / -(zero + step * Near(i));
        return Fit(values, scales, 0, -zero, zero - 1, 0, 0).Scale;
    }

    // The scale and the min, at most greatestMin, of integers from 0 to maxQuant.
    public static (float Scale, float Min) FitAffine(ReadOnlySpan<float> values, int maxQuant, float greatestMin)
    {
        const float step = 0.15f, fineStep = 0.07f; // integers by which the range is stretched
        float min = Math.Min(TensorPrimitives.Min(values), greatestMin), range = TensorPrimitives.Max(values) - min;
        if (range == 0) return (0, min);
        Span<float> scales = stackalloc float[Candidates];
        for (int i = 0; i < Candidates; i++) scales[i] = range / (maxQuant + step * Near(i));
        (float scale, min) = Fit(values, scales, min, 0, maxQuant, float.NegativeInfinity, greatestMin);
        for (int i = 0; i < Candidates; i++) scales[i] = scale * (1 + fineStep / maxQuant * Near(i));
        return Fit(values, scales, min, 0, maxQuant, float.NegativeInfinity, greatestMin);
    }

    // Of candidates as they will be stored, the one that loses least. A zero scale stands for zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best(
        ReadOnlySpan<float> values, ReadOnlySpan<float> scales, ReadOnlySpan<float> mins, int lowest, int highest)
    {
        Span<float> errors = stackalloc float[Candidates];
        Vector<float> low = new(lowest), high = new(highest);
        for (int lane = 0; lane < Candidates; lane += Vector<float>.Count)
        {
            Vector<float> scale = new(scales[lane..]), min = new(mins[lane..]), negative = -scale, error = default;
            Vector<float> inverse = Vector.ConditionalSelect(
                Vector.Equals(scale, Vector<float>.Zero), Vector<float>.Zero, Vector<float>.One / scale);
            for (int i = 0; i < values.Length; i++)
            {
                Vector<float> x = new Vector<float>(values[i]) - min;
                Vector<float> q = Vector.MinNative(Vector.MaxNative(Vector.Round(x * inverse), low), high);
                Vector<float> r = Vector.FusedMultiplyAdd(q, negative, x);
                error = Vector.FusedMultiplyAdd(r, r, error);
            }

            error.CopyTo(errors[lane..]);
        }

        return Least(errors);
    }

    // Each candidate scale rounds the values less a first min to integers. For those integers the scale and the min that
    // lose least are solved for. The min is held to [leastMin, greatestMin].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Scale, float Min) Fit(
        ReadOnlySpan<float> values, ReadOnlySpan<float> scales, float firstMin,
        int lowest, int highest, float leastMin, float greatestMin)
    {
        Span<float> errors = stackalloc float[Candidates];
        Span<float> fittedScales = stackalloc float[Candidates], fittedMins = stackalloc float[Candidates];
        Vector<float> low = new(lowest), high = new(highest), first = new(firstMin), n = new(values.Length);

        // A loss below a thousandth of a step a value is an artifact of summing: then the first candidate, the plain one, wins.
        Vector<float> none = new(scales[0] * scales[0] * 1e-6f * values.Length);
        for (int lane = 0; lane < Candidates; lane += Vector<float>.Count)
        {
            Vector<float> scale = new(scales[lane..]), inverse = Vector<float>.One / scale, negative = -scale;

            // Sums over q and the rest of the candidate, r = x - firstMin - scale * q. Solving for r instead of x keeps the
            // differences of sums exact enough.
            Vector<float> sumQ = default, sumQQ = default, sumR = default, sumQR = default, sumRR = default;
            for (int i = 0; i < values.Length; i++)
            {
                Vector<float> x = new Vector<float>(values[i]) - first;
                Vector<float> q = Vector.MinNative(Vector.MaxNative(Vector.Round(x * inverse), low), high);
                Vector<float> r = Vector.FusedMultiplyAdd(q, negative, x);
                sumQ += q;
                sumQQ = Vector.FusedMultiplyAdd(q, q, sumQQ);
                sumR += r;
                sumQR = Vector.FusedMultiplyAdd(q, r, sumQR);
                sumRR = Vector.FusedMultiplyAdd(r, r, sumRR);
            }

            // r ~ stretch * q + shift. Equal integers determine only the shift.
            Vector<float> determinant = n * sumQQ - sumQ * sumQ;
            Vector<float> shift = Vector.ConditionalSelect(
                Vector.GreaterThan(determinant, Vector<float>.Zero), (sumR * sumQQ - sumQR * sumQ) / determinant, sumR / n);
            shift = Vector.Min(Vector.Max(shift, new Vector<float>(leastMin) - first), new Vector<float>(greatestMin) - first);
            Vector<float> stretch = Vector.ConditionalSelect(
                Vector.GreaterThan(sumQQ, Vector<float>.Zero), (sumQR - shift * sumQ) / sumQQ, Vector<float>.Zero);

            Vector<float> error = sumRR
                + stretch * (stretch * sumQQ - 2 * sumQR + 2 * shift * sumQ)
                + shift * (shift * n - 2 * sumR);
            Vector.Max(error, none).CopyTo(errors[lane..]);
            (scale + stretch).CopyTo(fittedScales[lane..]);
            (first + shift).CopyTo(fittedMins[lane..]);
        }

        int best = Least(errors);
        return (fittedScales[best], fittedMins[best]);
    }

    // The first of the least.
    public static int Least(ReadOnlySpan<float> errors)
    {
        int best = 0;
        for (int i = 1; i < errors.Length; i++)
        {
            if (errors[i] < errors[best]) best = i;
        }

        return best;
    }
}

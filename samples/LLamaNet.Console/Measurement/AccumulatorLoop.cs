using System.Runtime.CompilerServices;

namespace LLamaNet.Console.Measurement;

// Fourteen accumulators that do not wait for each other cover two sequences a cycle of a latency of seven, and fit the sixteen
// registers of the smallest instruction set together with the operand and a product.
internal static class AccumulatorLoop
{
    private const int Accumulators = 14;

    public static double Operations<TVector, TAccumulation>(long rounds)
        where TVector : struct
        where TAccumulation : struct, IAccumulation<TVector> => (double)rounds * Accumulators * TAccumulation.Operations;

    // What it returns depends on every step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TVector Run<TVector, TAccumulation>(long rounds)
        where TVector : struct
        where TAccumulation : struct, IAccumulation<TVector>
    {
        TVector operand = TAccumulation.Fill(1);
        TVector a = TAccumulation.Fill(2), b = TAccumulation.Fill(3), c = TAccumulation.Fill(4), d = TAccumulation.Fill(5);
        TVector e = TAccumulation.Fill(6), f = TAccumulation.Fill(7), g = TAccumulation.Fill(8), h = TAccumulation.Fill(9);
        TVector i = TAccumulation.Fill(10), j = TAccumulation.Fill(11), k = TAccumulation.Fill(12), l = TAccumulation.Fill(13);
        TVector m = TAccumulation.Fill(14), n = TAccumulation.Fill(15);
        for (long round = 0; round < rounds; round++)
        {
            a = TAccumulation.Step(a, operand);
            b = TAccumulation.Step(b, operand);
            c = TAccumulation.Step(c, operand);
            d = TAccumulation.Step(d, operand);
            e = TAccumulation.Step(e, operand);
            f = TAccumulation.Step(f, operand);
            g = TAccumulation.Step(g, operand);
            h = TAccumulation.Step(h, operand);
            i = TAccumulation.Step(i, operand);
            j = TAccumulation.Step(j, operand);
            k = TAccumulation.Step(k, operand);
            l = TAccumulation.Step(l, operand);
            m = TAccumulation.Step(m, operand);
            n = TAccumulation.Step(n, operand);
        }

        TVector first = Sum(Sum(a, b), Sum(c, d)), second = Sum(Sum(e, f), Sum(g, h)), third = Sum(Sum(i, j), Sum(k, l));
        return Sum(Sum(first, second), Sum(third, Sum(m, n)));

        static TVector Sum(TVector left, TVector right) => TAccumulation.Step(left, right);
    }
}

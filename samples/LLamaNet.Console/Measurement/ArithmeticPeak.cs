using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace LLamaNet.Console.Measurement;

// Operations a second that registers alone reach, with the best instructions that .NET has on this CPU, on some threads at
// once: what no matrix product can pass. A multiplication and an addition are two operations.
internal static class ArithmeticPeak
{
    // Long beside the start of a pass, short beside the time that a busy system leaves a thread alone.
    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(4);

    private const int Bursts = 10;
    private const long FirstRounds = 1 << 10;

    public static double MeasureInt8(int threads) =>
        ByteAccumulations.Pairs512.IsSupported ? Measure<Vector512<byte>, ByteAccumulations.Pairs512>(threads)
        : ByteAccumulations.Quads256.IsSupported ? Measure<Vector256<byte>, ByteAccumulations.Quads256>(threads)
        : ByteAccumulations.Pairs256.IsSupported ? Measure<Vector256<byte>, ByteAccumulations.Pairs256>(threads)
        : ByteAccumulations.Pairs128.IsSupported ? Measure<Vector128<byte>, ByteAccumulations.Pairs128>(threads)
        : ByteAccumulations.Quads128.IsSupported ? Measure<Vector128<byte>, ByteAccumulations.Quads128>(threads)
        : Measure<Vector128<byte>, ByteAccumulations.Shorts128>(threads);

    public static double MeasureF32(int threads) =>
        FloatAccumulations.Singles512.IsSupported ? Measure<Vector512<float>, FloatAccumulations.Singles512>(threads)
        : FloatAccumulations.Singles256.IsSupported ? Measure<Vector256<float>, FloatAccumulations.Singles256>(threads)
        : Measure<Vector128<float>, FloatAccumulations.Singles128>(threads);

    // The best burst.
    public static double Measure<TVector, TAccumulation>(int threads)
        where TVector : struct
        where TAccumulation : struct, IAccumulation<TVector>
    {
        long rounds = RoundsOfBurst<TVector, TAccumulation>();
        var results = new TVector[threads];
        TimeSpan best = SimultaneousPasses.Best(
            threads, Bursts, index => results[index] = AccumulatorLoop.Run<TVector, TAccumulation>(rounds));
        GC.KeepAlive(results);
        return threads * AccumulatorLoop.Operations<TVector, TAccumulation>(rounds) / best.TotalSeconds;
    }

    // Doubled until one thread takes long enough; the first calls also pay for just-in-time compilation.
    private static long RoundsOfBurst<TVector, TAccumulation>()
        where TVector : struct
        where TAccumulation : struct, IAccumulation<TVector>
    {
        TVector result = AccumulatorLoop.Run<TVector, TAccumulation>(1);
        for (long rounds = FirstRounds; ; rounds *= 2)
        {
            long started = Stopwatch.GetTimestamp();
            result = AccumulatorLoop.Run<TVector, TAccumulation>(rounds);
            TimeSpan time = Stopwatch.GetElapsedTime(started);
            if (time >= s_burst / 2) return (long)(rounds * (s_burst / time));
        }
    }
}

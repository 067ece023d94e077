using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LLamaNet.Runner.Measurement;

// Bytes a second that plain vector reads reach, every thread reading its own part of a GiB: more than caches hold.
internal sealed class MemoryBandwidth(int threads)
{
    private const int Passes = 4;
    private const long Bytes = 1L << 30;

    // One buffer for all lines. Written once, because pages that were never written are all one page, and that one is cached.
    private static readonly Lazy<ulong[]> s_buffer = new(() =>
    {
        ulong[] buffer = GC.AllocateUninitializedArray<ulong>((int)(Bytes / sizeof(ulong)));
        Array.Fill(buffer, 1UL);
        return buffer;
    });

    public int Threads => threads;

    // The best pass.
    public double Measure()
    {
        ulong[] buffer = s_buffer.Value;
        int part = buffer.Length / threads;
        ulong[] sums = new ulong[threads];
        TimeSpan best = TimeSpan.MaxValue;
        long started = 0;
        using var barrier = new Barrier(threads, reached =>
        {
            // Phases alternate: before a pass, after a pass.
            if (reached.CurrentPhaseNumber % 2 == 0) started = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(started) is var time && time < best) best = time;
        });
        Thread[] readers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => Read(index)))];
        foreach (Thread reader in readers) reader.Start();
        foreach (Thread reader in readers) reader.Join();
        Debug.Assert(sums.All(sum => sum == (ulong)part * Passes));
        return (double)part * threads * sizeof(ulong) / best.TotalSeconds;

        void Read(int index)
        {
            ReadOnlySpan<ulong> own = buffer.AsSpan(index * part, part);
            for (int pass = 0; pass < Passes; pass++)
            {
                barrier.SignalAndWait();
                sums[index] += Sum(own);
                barrier.SignalAndWait();
            }
        }
    }

    // Four sums, so that additions do not wait for each other.
    private static ulong Sum(ReadOnlySpan<ulong> numbers)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(numbers);
        Vector<ulong> a = default, b = default, c = default, d = default;
        int i = 0;
        for (; i <= vectors.Length - 4; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }

        for (; i < vectors.Length; i++) a += vectors[i];
        ulong sum = Vector.Sum(a + b + c + d);
        foreach (ulong number in numbers[(vectors.Length * Vector<ulong>.Count)..]) sum += number;
        return sum;
    }
}

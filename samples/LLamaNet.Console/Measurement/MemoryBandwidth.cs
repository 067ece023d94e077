using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LLamaNet.Console.Measurement;

// Bytes a second that plain vector reads reach, every thread reading its own part of a GiB: more than caches hold.
internal static class MemoryBandwidth
{
    private const int Passes = 4;
    private const long Bytes = 1L << 30;

    // One buffer for all measurements. Written once: pages that were never written are all one page, and that one is cached.
    private static readonly Lazy<ulong[]> s_buffer = new(() =>
    {
        ulong[] buffer = GC.AllocateUninitializedArray<ulong>((int)(Bytes / sizeof(ulong)));
        Array.Fill(buffer, 1UL);
        return buffer;
    });

    // The best pass.
    public static double Measure(int threads)
    {
        ulong[] buffer = s_buffer.Value;
        int part = buffer.Length / threads;
        ulong[] sums = new ulong[threads];
        TimeSpan best = SimultaneousPasses.Best(threads, Passes, index => sums[index] += Sum(buffer.AsSpan(index * part, part)));
        Debug.Assert(sums.All(sum => sum == (ulong)part * Passes));
        return (double)part * threads * sizeof(ulong) / best.TotalSeconds;
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

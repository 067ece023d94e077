using LLamaNet.Backends.Cpu.Simd;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu.Simd;

// Every width does what one lane of arithmetic does.
public unsafe class LanesTests
{
    private static readonly float[] s_awkward =
    [
        0, -0f, 1, -1, 0.5f, 1.5f, 2.5f, -2.5f, 1e-45f, -1e-40f, 1e38f, -3e38f,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 16777217,
    ];

    [Fact]
    public void Lanes128_compute_lane_by_lane() => Check<Lanes128>();

    [Fact]
    public void Lanes256_compute_lane_by_lane() => Check<Lanes256>();

    [Fact]
    public void Lanes512_compute_lane_by_lane() => Check<Lanes512>();

    [Fact]
    public void Lanes128_widen_every_half() => CheckNarrow<Lanes128>();

    [Fact]
    public void Lanes256_widen_every_half() => CheckNarrow<Lanes256>();

    [Fact]
    public void Lanes512_widen_every_half() => CheckNarrow<Lanes512>();

    private static void Check<V>()
        where V : unmanaged, ILanes<V>
    {
        Assert.SkipUnless(V.IsSupported, "This CPU has no such registers.");
        float[] values = [.. s_awkward, .. Values.Normal(64, 1), .. Values.Normal(64, 2, 1e20), .. Values.Normal(16, 3, 1e-20)];
        for (int i = 0; i < values.Length; i += 16)
        {
            for (int j = 0; j < values.Length; j += 16)
            {
                float[] a = values[i..(i + 16)], b = values[j..(j + 16)], c = values[(values.Length - 16 - i)..][..16];
                V x = Lanes<V>(a), y = Lanes<V>(b), z = Lanes<V>(c);
                Same(a, x);
                Same(a.Zip(b, (l, r) => l + r), x + y);
                Same(a.Zip(b, (l, r) => l - r), x - y);
                Same(a.Zip(b, (l, r) => l * r), x * y);
                Same(a.Zip(b, (l, r) => l / r), x / y);
                Same(a.Zip(b, MathF.Max), V.Max(x, y));
                Same(a.Zip(b, MathF.Min), V.Min(x, y));
                Same(
                    a.Zip(b).Zip(c, (pair, addend) => MathF.FusedMultiplyAdd(pair.First, pair.Second, addend)),
                    V.MultiplyAdd(x, y, z));
            }

            float[] v = values[i..(i + 16)];
            Same(v.Select(value => MathF.Round(value, MidpointRounding.ToEven)), V.Round(Lanes<V>(v)));
            Same(v.Select(value => Math.Clamp(value, -2f, 1e10f)), V.Clamp(Lanes<V>(v), -2f, 1e10f));
            Same(Enumerable.Repeat(v[3], 16), V.Splat(v[3]));
            Same([Folded(v, (l, r) => l + r)], [V.Sum(Lanes<V>(v))]);
            Same([Folded(v, MathF.Max)], [V.MaxAcross(Lanes<V>(v))]);
        }

        Same(new float[16], V.Zero);
        for (int exponent = -126; exponent <= 127; exponent++)
            Same(Enumerable.Repeat(MathF.ScaleB(1.25f, exponent), 16), V.ScaleByPowerOfTwo(V.Splat(1.25f), V.Splat(exponent)));
    }

    private static void CheckNarrow<V>()
        where V : unmanaged, ILanes<V>
    {
        Assert.SkipUnless(V.IsSupported, "This CPU has no such registers.");
        ushort* halves = stackalloc ushort[16];
        for (int first = 0; first < 65536; first += 16)
        {
            for (int i = 0; i < 16; i++) halves[i] = (ushort)(first + i);
            Same(
                Enumerable.Range(first, 16).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits)),
                V.LoadF16(halves, new F16Lanes<V>()));
            if (Half.IsFinite(BitConverter.UInt16BitsToHalf(halves[0])))
                Same(
                    Enumerable.Range(first, 16).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits)),
                    V.LoadFiniteF16(halves, new F16Lanes<V>()));
        }

        byte* bytes = stackalloc byte[16];
        for (int first = 0; first < 256; first += 16)
        {
            for (int i = 0; i < 16; i++) bytes[i] = (byte)(first + i);
            Same(Enumerable.Range(first, 16).Select(value => (float)(sbyte)value), V.LoadSByte((sbyte*)bytes));
        }
    }

    private static float Folded(float[] values, Func<float, float, float> operation)
    {
        float[] folded = [.. values];
        for (int half = 8; half > 0; half /= 2)
            for (int i = 0; i < half; i++) folded[i] = operation(folded[i], folded[i + half]);
        return folded[0];
    }

    private static V Lanes<V>(float[] values)
        where V : unmanaged, ILanes<V>
    {
        fixed (float* source = values) return V.Load(source);
    }

    private static void Same<V>(IEnumerable<float> expected, V actual)
        where V : unmanaged, ILanes<V>
    {
        var stored = new float[16];
        fixed (float* destination = stored) V.Store(actual, destination);
        Same(expected, stored);
    }

    // Bit for bit; any NaN is as good as another.
    private static void Same(IEnumerable<float> expected, float[] actual) => Assert.Equal(Bits(expected), Bits(actual));

    private static IEnumerable<int> Bits(IEnumerable<float> values) =>
        values.Select(value => float.IsNaN(value) ? int.MaxValue : BitConverter.SingleToInt32Bits(value));
}

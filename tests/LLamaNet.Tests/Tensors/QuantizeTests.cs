using CsCheck;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Tensors;

public class QuantizeTests
{
    private const int Width = 512;

    // Root mean square of the error, as a part of the greatest magnitude of a block, that plain rounding stays below: half a
    // step, and for sub-blocks what 4, 6 or 8 bits of scale and min add to it.
    private static readonly Dictionary<DType, float> s_bounds = new()
    {
        [DType.F32] = 0,
        [DType.F16] = 1 / 2048f,
        [DType.BF16] = 1 / 256f,
        [DType.Q8_0] = 0.5f / 127,
        [DType.Q4_0] = 0.5f / 7,
        [DType.Q4_1] = 1f / 15,
        [DType.Q5_0] = 0.5f / 15,
        [DType.Q5_1] = 1f / 31,
        [DType.Q2_K] = 1f / 3 + 1f / 15 + 0.5f / 15,
        [DType.Q3_K] = 0.5f / 3 + 0.5f / 31,
        [DType.Q4_K] = 1f / 15 + 1f / 63 + 0.5f / 63,
        [DType.Q5_K] = 1f / 31 + 1f / 63 + 0.5f / 63,
        [DType.Q6_K] = 0.5f / 31 + 0.5f / 127,
        // Half of the widest gap between two values.
        [DType.IQ4_NL] = 12f / 113,
        [DType.IQ4_XS] = 12f / 113 + 0.5f / 31 * 127 / 113,
    };

    // What is lost on top where a scale, or a min, comes near the least number that its type holds: half of that number, once for
    // each step that the scale or the min is multiplied by.
    private static readonly Dictionary<DType, double> s_lost = new()
    {
        [DType.F32] = 0,
        [DType.F16] = HalvesLost(1),
        [DType.BF16] = Math.Pow(2, -134),
        [DType.Q8_0] = HalvesLost(127),
        [DType.Q4_0] = HalvesLost(8),
        [DType.Q4_1] = HalvesLost(15 + 1),
        [DType.Q5_0] = HalvesLost(16),
        [DType.Q5_1] = HalvesLost(31 + 1),
        [DType.Q2_K] = HalvesLost(15 * (3 + 1)),
        [DType.Q3_K] = HalvesLost(32 * 4),
        [DType.Q4_K] = HalvesLost(63 * (15 + 1)),
        [DType.Q5_K] = HalvesLost(63 * (31 + 1)),
        [DType.Q6_K] = HalvesLost(128 * 32),
        [DType.IQ4_NL] = HalvesLost(127),
        [DType.IQ4_XS] = HalvesLost(32 * 127),
    };

    public static TheoryData<DType> Types => [.. WeightFormat.All.Select(format => format.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Error_stays_below_that_of_plain_rounding(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        int length = Math.Max(32, format.BlockLength);
        (from values in Gen.Float[-1, 1].Array[length]
         from lowest in Gen.Float[-1, 1]
         from scale in Gen.Double[-12, 4]
         select values.Select(value => (float)(Math.Max(value, lowest) * Math.Pow(10, scale))).ToArray()).Sample(
            values =>
            {
                float[] found = RoundTrip(format, values);
                double error = Math.Sqrt(values.Zip(found, (x, y) => Math.Pow((double)x - y, 2)).Average());
                float greatest = values.Max(Math.Abs);
                return error <= s_bounds[type] * greatest * 1.001 + s_lost[type];
            },
            iter: 400);
    }

    // Half a step, and what two roundings of single precision, of a step's reciprocal and of a product with it, move a value of
    // up to 127 steps.
    [Fact]
    public void Q8_0_is_off_by_half_a_step_at_most()
    {
        double bound = 0.5 + 127 * Math.Pow(2, -23);
        WeightFormat format = WeightFormat.Of(DType.Q8_0);
        Gen.Float[-3, 3].Array[32].Sample(
            values =>
            {
                byte[] block = new byte[format.BlockBytes];
                format.Quantize(values, block);
                double step = (double)BitConverter.ToHalf(block);
                float[] found = RoundTrip(format, values);
                return values.Zip(found).All(pair => Math.Abs((double)pair.First - pair.Second) <= bound * step);
            },
            iter: 400);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Zeros_stay_zeros(DType type) =>
        Assert.All(RoundTrip(WeightFormat.Of(type), new float[Width]), value => Assert.Equal(0, value));

    [Theory]
    [MemberData(nameof(Types))]
    public void A_zero_block_between_others_stays_zero(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        float[] values = new float[3 * 256];
        for (int i = 0; i < values.Length; i++) values[i] = i / 256 == 1 ? 0 : MathF.Sin(i);
        float[] found = RoundTrip(format, values);
        Assert.All(found[256..512], value => Assert.Equal(0, value));
        Assert.All(found[..256].Concat(found[512..]).Zip(values[..256].Concat(values[512..])), pair =>
            Assert.InRange(pair.First, pair.Second - 0.75f, pair.Second + 0.75f));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Rows_that_a_format_holds_exactly_come_back_exactly(DType type)
    {
        // Two levels are enough for every format; 0.5 and -0.25 divide into halves for codes 8 and -4, 2 and -1.
        float[] values = [.. Enumerable.Range(0, Width).Select(i => i % 3 == 0 ? 0.5f : -0.25f)];
        float[] found = RoundTrip(WeightFormat.Of(type), values);
        float tolerance = type switch
        {
            // These pick scales of their own range / 15, / 31, / 127: no halves.
            DType.Q4_1 or DType.Q5_1 or DType.Q2_K or DType.Q4_K or DType.Q5_K => 3e-4f,
            DType.Q8_0 => 0.002f,
            // No two of its values have the ratio -2. It takes -104 and 53.
            DType.IQ4_NL or DType.IQ4_XS => 0.0034f,
            _ => 0,
        };
        Assert.All(values.Zip(found), pair => Assert.InRange(pair.Second, pair.First - tolerance, pair.First + tolerance));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Whatever_can_be_held_stays_finite_and_keeps_its_size(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        float largest = format.MaxMagnitude;
        (from exponents in Gen.Double[-45, Math.Log10(largest)].Array[256]
         from signs in Gen.Bool.Array[256]
         select exponents.Zip(signs, (e, s) => (float)Math.Min(Math.Pow(10, e), largest) * (s ? 1 : -1)).ToArray()).Sample(
            values =>
            {
                Assert.True(format.CanHold(values));
                float greatest = values.Max(Math.Abs);
                float limit = (float)Math.Min(greatest * 1.4 + 1e-6, float.MaxValue);
                Assert.All(RoundTrip(format, values), value => Assert.InRange(value, -limit, limit));
            },
            iter: 200);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_largest_magnitude_survives(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        float[] values = new float[256];
        values[3] = format.MaxMagnitude;
        values[200] = -format.MaxMagnitude;
        float[] found = RoundTrip(format, values);
        Assert.InRange(found[3] / format.MaxMagnitude, 0.8f, 1.2f);
        Assert.InRange(found[200] / format.MaxMagnitude, -1.2f, -0.8f);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_cannot_be_held_is_told_and_does_not_throw(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] values = new float[256];
            values[17] = 1;
            Assert.True(format.CanHold(values));
            values[100] = bad;
            Assert.False(format.CanHold(values));
            RoundTrip(format, values);
        }

        if (format.MaxMagnitude < float.MaxValue) Assert.False(format.CanHold([MathF.BitIncrement(format.MaxMagnitude)]));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_row_does_not_depend_on_its_neighbours(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        float[] values = [.. Enumerable.Range(0, 1024).Select(i => MathF.Cos(i * i) * (1 + i / 256))];
        byte[] together = new byte[format.RowBytes(1024)];
        format.Quantize(values, together);
        byte[] apart = new byte[format.RowBytes(256)];
        for (int row = 0; row < 4; row++)
        {
            format.Quantize(values.AsSpan(row * 256, 256), apart);
            Assert.Equal(together[(row * apart.Length)..((row + 1) * apart.Length)], apart);
        }
    }

    private static double HalvesLost(int steps) => steps * Math.Pow(2, -25);

    private static float[] RoundTrip(WeightFormat format, float[] values)
    {
        byte[] blocks = new byte[format.RowBytes(values.Length)];
        float[] found = new float[values.Length];
        format.Quantize(values, blocks);
        format.Dequantize(blocks, found);
        return found;
    }
}

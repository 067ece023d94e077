using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// Products of many rows on tensor cores, on the PTX that ships, against double precision.
public class GemmKernelTests
{
    public static TheoryData<DType> Formats =>
        [.. PlaneFormat.All.Select(format => format.Type).Where(type => type != DType.F32)];

    // Few rows are tiles of 32 x 64, more than 64 are tiles of 128 x 128; neither outputs nor widths are multiples of them.
    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_match_double_precision(DType type)
    {
        using var gemm = new GemmLauncher();
        AssertProducts(gemm, type, rows: 9, outputs: 70, WidthOf(type, 1));
        AssertProducts(gemm, type, rows: 33, outputs: 1, WidthOf(type, 2));
        AssertProducts(gemm, type, rows: 65, outputs: 131, WidthOf(type, 2));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_on_Hopper_match_double_precision(DType type)
    {
        using var gemm = new GemmLauncher(PtxDevice.Hopper);
        AssertProducts(gemm, type, rows: 65, outputs: 130, WidthOf(type, 2));
    }

    [Theory]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    public void Wide_tiles_on_Hopper_match_double_precision(DType type)
    {
        // One multiprocessor: any number of tiles fills it.
        using var gemm = new GemmLauncher(PtxDevice.Hopper with { Multiprocessors = 1 });
        AssertProducts(gemm, type, rows: 130, outputs: 261, width: 328);
    }

    [Fact]
    public void Long_rows_go_round_the_stages()
    {
        using var gemm = new GemmLauncher();
        using var hopper = new GemmLauncher(PtxDevice.Hopper);
        foreach (DType type in (DType[])[DType.F16, DType.Q8_0])
        {
            AssertProducts(gemm, type, rows: 65, outputs: 5, width: 672);
            AssertProducts(gemm, type, rows: 10, outputs: 5, width: 672);
            AssertProducts(hopper, type, rows: 3, outputs: 5, width: 1056);
        }
    }

    [Fact]
    public void Widths_of_float_weights_may_be_anything()
    {
        using var gemm = new GemmLauncher();
        using var hopper = new GemmLauncher(PtxDevice.Hopper);
        foreach (int width in (int[])[1, 7, 63, 129])
        {
            AssertProducts(gemm, DType.F16, rows: 9, outputs: 3, width);
            AssertProducts(hopper, DType.BF16, rows: 9, outputs: 3, width);
        }
    }

    [Fact]
    public void Parts_of_different_formats_stand_side_by_side()
    {
        TestMatrix[] parts =
        [
            new(DType.BF16, 7, 256, 1), new(DType.Q4_K, 66, 256, 2), new(DType.F16, 9, 256, 3), new(DType.BF16, 3, 256, 4),
        ];
        float[] x = Values.Uniform(17 * 256, 5);
        foreach (PtxDevice device in (PtxDevice[])[new(), PtxDevice.Hopper])
        {
            using var gemm = new GemmLauncher(device);
            float[] together = gemm.Multiply(parts, x, 17);
            int first = 0;
            foreach (TestMatrix part in parts)
            {
                float[] alone = gemm.Multiply([part], x, 17);
                for (int row = 0; row < 17; row++)
                    Assert.Equal(Row(alone, row, part.Rows), Row(together, row, 85)[first..(first + part.Rows)]);
                first += part.Rows;
            }
        }
    }

    [Fact]
    public void Adding_adds_the_finished_product()
    {
        foreach (PtxDevice device in (PtxDevice[])[new(), PtxDevice.Hopper])
        {
            using var gemm = new GemmLauncher(device);
            foreach (int rows in (int[])[10, 65])
            {
                var weight = new TestMatrix(DType.Q6_K, 67, 256, 1);
                float[] x = Values.Uniform(rows * 256, 2), before = Values.Uniform(rows * 67, 3);
                float[] products = gemm.Multiply([weight], x, rows);
                Assert.Equal(before.Zip(products, (a, b) => a + b), gemm.Multiply([weight], x, rows, before));
            }
        }
    }

    // The same bits as the operation behind a product. 33 and 130 gates: no multiple of half a tile.
    [Theory]
    [InlineData(DType.F16)]
    [InlineData(DType.Q4_K)]
    public void SwiGlu_applies_to_the_finished_products(DType type)
    {
        foreach (PtxDevice device in (PtxDevice[])[new(), PtxDevice.Hopper, PtxDevice.Hopper with { Multiprocessors = 1 }])
        {
            using var gemm = new GemmLauncher(device);
            foreach ((int rows, int gates) in ((int, int)[])[(10, 33), (65, 130)])
            {
                TestMatrix[] gateUp = [new(type, gates, 256, 1), new(type, gates, 256, 2)];
                float[] x = Values.Uniform(rows * 256, 3);
                Assert.Equal(gemm.SwiGlu(gemm.Multiply(gateUp, x, rows), rows), gemm.MultiplySwiGlu(gateUp, x, rows));
            }
        }
    }

    // The same bits as the operation in front of a product.
    [Theory]
    [InlineData(DType.F16, 37)]
    [InlineData(DType.BF16, 2060)]
    [InlineData(DType.Q8_0, 96)]
    public void A_norm_applies_to_the_activations(DType type, int width)
    {
        foreach (PtxDevice device in (PtxDevice[])[new(), PtxDevice.Hopper])
        {
            using var gemm = new GemmLauncher(device);
            TestMatrix[] weight = [new(type, 7, width, 1)];
            float[] x = Values.Uniform(9 * width, 2), norm = Values.Uniform(width, 3);
            Assert.Equal(gemm.Multiply(weight, gemm.RmsNorm(x, 9, norm), 9), gemm.MultiplyNormed(weight, x, 9, norm));
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_the_others()
    {
        var weight = new TestMatrix(DType.Q4_0, 70, 288, 1);
        float[] x = Values.Uniform(70 * 288, 2);
        foreach (PtxDevice device in (PtxDevice[])[new(), PtxDevice.Hopper])
        {
            using var gemm = new GemmLauncher(device);
            float[] together = gemm.Multiply([weight], x, 70);
            // Alone: another tile on the GPU without wgmma, and the same bits.
            foreach (int row in (int[])[0, 33, 69])
                Assert.Equal(Row(together, row, 70), gemm.Multiply([weight], Row(x, row, 288), 1));
        }
    }

    [Fact]
    public void Not_a_number_stays_in_its_row()
    {
        var weight = new TestMatrix(DType.Q5_1, 70, 96, 1);
        float[] x = Values.Uniform(66 * 96, 2);
        x[3 * 96 + 95] = float.NaN;
        x[40 * 96] = 1e6f;
        foreach (PtxDevice device in (PtxDevice[])[new(), PtxDevice.Hopper])
        {
            using var gemm = new GemmLauncher(device);
            float[] y = gemm.Multiply([weight], x, 66);
            for (int i = 0; i < y.Length; i++) Assert.Equal(i / 70 is not (3 or 40), float.IsFinite(y[i]));
        }
    }

    [Fact]
    public void Hopper_gives_what_other_GPUs_give()
    {
        using var gemm = new GemmLauncher();
        using var hopper = new GemmLauncher(PtxDevice.Hopper);
        var weight = new TestMatrix(DType.Q3_K, 130, 256, 1);
        float[] x = Values.Uniform(65 * 256, 2);
        float[] expected = gemm.Multiply([weight], x, 65), actual = hopper.Multiply([weight], x, 65);
        // Both add 256 products of up to 1 in F32.
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    private static float[] Row(float[] values, int row, int width) => values[(row * width)..((row + 1) * width)];

    // Blocks of 32: no multiple of the 64 of a step.
    private static int WidthOf(DType type, int blocks) => LLamaNet.Tensors.WeightFormat.Of(type).BlockLength switch
    {
        1 => 40 * blocks,
        32 => 96 * blocks,
        int block => block * blocks,
    };

    // Operands are rounded to 16 bits, products exact, sums F32.
    private static void AssertProducts(GemmLauncher gemm, DType type, int rows, int outputs, int width)
    {
        var weight = new TestMatrix(type, outputs, width, seed: rows);
        float[] x = Values.Uniform(rows * width, seed: width);
        float[] y = gemm.Multiply([weight], x, rows);
        Func<float, double> round = type == DType.BF16 ? RoundToBFloat16 : value => (double)(Half)value;
        double[] w = [.. weight.Dequantized().Select(round)], a = [.. x.Select(round)];
        for (int row = 0; row < rows; row++)
        {
            for (int output = 0; output < outputs; output++)
            {
                double expected = 0, magnitude = 0;
                for (int k = 0; k < width; k++)
                {
                    double product = w[output * width + k] * a[row * width + k];
                    expected += product;
                    magnitude += Math.Abs(product);
                }

                // An addition rounds by 2^-24 of the sum so far.
                Assert.InRange(y[row * outputs + output] - expected, -1e-6 * magnitude, 1e-6 * magnitude);
            }
        }
    }

    private static double RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000);
    }
}

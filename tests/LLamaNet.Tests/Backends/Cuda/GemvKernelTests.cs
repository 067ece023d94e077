using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.Backends.Cuda.Planes;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// y[r] = weight . x[r] for few rows on the GPU, and what is fused with it.
public class GemvKernelTests
{
    private const float Guard = -1234.5625f;
    private const float Epsilon = 1e-5f;

    public static TheoryData<DType> Formats => [.. PlaneFormat.All.Select(format => format.Type)];

    public static TheoryData<DType> QuantizedFormats =>
        [.. PlaneFormat.All.Where(format => format.QuantizesActivations).Select(format => format.Type)];

    // The CPU takes the same bytes for activations, so that only the roundings of sums differ. Float products need none: those
    // are held against double precision.
    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_match_those_of_the_CPU(DType type)
    {
        using var machine = new KernelMachine();
        int block = WeightFormat.Of(type).BlockLength;
        foreach (int width in block switch { 1 => (int[])[1, 31, 172, 1100], 32 => [32, 96, 1184], _ => [256, 1280] })
        {
            foreach (int outputs in (int[])[1, 6, 35])
            {
                var source = new TestMatrix(type, outputs, width, seed: 5);
                float[] weights = source.Dequantized();
                foreach (int rows in (int[])[1, 2, 5])
                {
                    float[] x = Values.Uniform(rows * width, 11);
                    float[] actual = Multiply(machine, [source], x, rows);
                    float[] bytes = block == 1 ? [] : OnCpu([source], x, rows);
                    for (int r = 0; r < rows; r++)
                    {
                        for (int o = 0; o < outputs; o++)
                        {
                            double expected = 0, magnitude = 0;
                            for (int k = 0; k < width; k++)
                            {
                                double product = (double)weights[o * width + k] * x[r * width + k];
                                expected += product;
                                magnitude += Math.Abs(product);
                            }

                            if (block > 1) expected = bytes[r * outputs + o];
                            Assert.InRange(actual[r * outputs + o], expected - 2e-6 * magnitude, expected + 2e-6 * magnitude);
                        }
                    }
                }
            }
        }
    }

    // Through every kernel, and with more rows than one launch takes.
    [Theory]
    [MemberData(nameof(Formats))]
    public void A_row_is_the_same_bits_in_every_batch(DType type)
    {
        using var machine = new KernelMachine();
        TestMatrix[] parts = [new(type, 17, 256, 1), new(type, 3, 256, 2), new(DType.F16, 5, 256, 3), new(type, 16, 256, 4)];
        float[] x = Values.Uniform(11 * 256, 4);
        float[] expected = [.. Enumerable.Range(0, 11).SelectMany(r => Multiply(machine, parts, x[(r * 256)..((r + 1) * 256)], 1))];
        foreach (int rows in (int[])[2, 3, 4, 5, 6, 7, 8, 11])
            Assert.Equal(expected[..(rows * 41)], Multiply(machine, parts, x[..(rows * 256)], rows));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Not_a_number_stays_one_and_in_its_row(DType type)
    {
        using var machine = new KernelMachine();
        foreach (int rows in (int[])[1, 2, 4, 8])
        {
            foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                float[] x = Values.Uniform(rows * 256, 4);
                x[(rows - 1) * 256 + 77] = bad;
                float[] y = Multiply(machine, [new TestMatrix(type, 3, 256, 1)], x, rows);
                Assert.All(y[..^3], value => Assert.True(float.IsFinite(value)));
                Assert.All(y[^3..], value => Assert.False(float.IsFinite(value)));
            }
        }
    }

    // Blocks go on to further tiles when there are more than the device holds at a time.
    [Theory]
    [InlineData(DType.Q4_0, 1)]
    [InlineData(DType.Q8_0, 8)]
    [InlineData(DType.F16, 2)]
    public void Many_outputs_are_each_computed_once(DType type, int rows)
    {
        using var machine = new KernelMachine();
        var source = new TestMatrix(type, 1501, 32, 3);
        float[] x = Values.Uniform(rows * 32, 2);
        float[] before = Values.Uniform(rows * 1501, 6);
        float[] added = Multiply(machine, [source], x, rows, Epilogue.Add, before: before);
        float[] products = Multiply(machine, [source], x, rows);
        Assert.Equal(before.Zip(products, (a, b) => a + b), added);
        Assert.Equal(Multiply(machine, [new TestMatrix(type, 1501, 32, 3)], x[..32], 1), products[..1501]);
    }

    // A row of activations that needs more shared memory than a kernel has without asking, and more than the device has.
    [Theory]
    [InlineData(65536)]
    [InlineData(139264)]
    public void Rows_may_be_wide(int width)
    {
        using var machine = new KernelMachine();
        var source = new TestMatrix(DType.Q4_0, 3, width, 3);
        float[] x = Values.Uniform(2 * width, 2);
        float[] together = Multiply(machine, [source], x, 2), alone = Multiply(machine, [source], x[..width], 1);
        Assert.Equal(together[..3], alone);
        float[] expected = OnCpu([source], x, 2);
        for (int i = 0; i < together.Length; i++) Assert.InRange(together[i], expected[i] - 1e-3, expected[i] + 1e-3);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_norm_in_front_is_the_norm_before(DType type)
    {
        using var machine = new KernelMachine();
        var rmsNorm = new RmsNormKernel(machine.Library);
        foreach (int rows in type is DType.F32 or DType.F16 or DType.BF16 ? (int[])[1] : [1, 3])
        {
            TestMatrix[] parts = [new(type, 9, 1280, 1)];
            using CudaTensor x = machine.Tensor(rows, 1280, Values.Normal(rows * 1280, 2, 3));
            using CudaTensor norm = machine.Tensor(1, 1280, Values.Normal(1280, 3));
            using var normed = new CudaTensor(machine.Context, DType.F32, rows, 1280);
            rmsNorm.Launch(machine.Stream, normed, x, norm, rows, Epsilon);
            Assert.Equal(Multiply(machine, parts, normed, rows), Multiply(machine, parts, x, rows, norm: norm));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void SwiGlu_behind_is_SwiGlu_after(DType type)
    {
        using var machine = new KernelMachine();
        var swiGlu = new SwiGluKernel(machine.Library);
        TestMatrix[] parts = [new(type, 37, 256, 1), new(type, 37, 256, 2)];
        foreach (int rows in (int[])[1, 2, 3, 8])
        {
            float[] x = Values.Uniform(rows * 256, 4);
            using CudaTensor gateUp = machine.Tensor(rows, 74, Multiply(machine, parts, x, rows));
            using var expected = new CudaTensor(machine.Context, DType.F32, rows, 37);
            swiGlu.Launch(machine.Stream, expected, gateUp, rows);
            Assert.Equal(Read(machine, expected), Multiply(machine, parts, x, rows, Epilogue.SwiGlu));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Embedding_is_the_row_dequantised(DType type)
    {
        using var machine = new KernelMachine();
        int width = WeightFormat.Of(type).BlockLength switch { 1 => 4099, 32 => 4192, _ => 4352 };
        var source = new TestMatrix(type, 21, width, 9);
        using CudaWeight table = Load(machine, [source]);
        using CudaDeviceVariable<int> tokens = machine.Upload<int>([20, 0, 15]);
        using CudaTensor y = machine.Tensor(4, width, Enumerable.Repeat(Guard, 4 * width).ToArray());
        new EmbedKernel(machine.Library).Launch(machine.Stream, y, tokens.Pointer, table, 3);
        float[] rows = source.Dequantized();
        float[] expected =
            [.. rows[(20 * width)..], .. rows[..width], .. rows[(15 * width)..(16 * width)], .. Enumerable.Repeat(Guard, width)];
        Assert.Equal(Bits(expected), Bits(Read(machine, y)));
    }

    // The scale is exactly the largest magnitude over 127, a code the nearest to x / scale; sums are of the codes.
    [Fact]
    public void Activations_are_quantised_to_the_nearest()
    {
        const int Width = 416, Rows = 2;
        using var machine = new KernelMachine();
        float[] values = Values.Normal(Rows * Width, 8, 5);
        values.AsSpan(32, 32).Clear();
        values.AsSpan(64, 32).Fill(1e-36f);
        values[96] = float.NaN;
        values[128] = float.NegativeInfinity;
        using CudaTensor x = machine.Tensor(Rows, Width, values);
        using var a = new QuantizedActivations(machine.Context, Width);
        new QuantizeKernel(machine.Library).Launch(machine.Stream, a, x.Pointer, default, Width, Rows, Rows + 1, 0);
        machine.Stream.Synchronize();
        var codes = new sbyte[(Rows + 1) * Width];
        var scales = new uint[(Rows + 1) * Width / 32 * 2];
        machine.Context.CopyFromDevice<sbyte>(codes, a.Codes);
        machine.Context.CopyFromDevice<uint>(scales, a.Scales);
        for (int row = 0; row < Rows; row++)
        {
            for (int group = 0; group < Width / 32; group++)
            {
                float[] group32 = values[(row * Width + 32 * group)..][..32];
                int index = row * (Width / 32) + group;
                float scale = BitConverter.UInt32BitsToSingle(scales[2 * index]), largest = group32.Max(MathF.Abs);
                if (!group32.All(float.IsFinite))
                {
                    Assert.True(float.IsNaN(scale));
                    continue;
                }

                Assert.Equal(largest < 1e-35f ? 0 : largest / 127, scale);
                int[] sums = [0, 0];
                for (int i = 0; i < 32; i++)
                {
                    int half = i / 16 ^ group >> 2 & 1;
                    int code = codes[row * Width + 32 * group + 16 * half + i % 16];
                    sums[i / 16] += code;
                    float halfStep = scale == 0 ? 1e-35f : 0.5001f * scale;
                    Assert.InRange(code * scale - group32[i], -halfStep, halfStep);
                }

                int[] stored = [(short)scales[2 * index + 1], (short)(scales[2 * index + 1] >> 16)];
                Assert.Equal(sums, stored);
            }
        }

        Assert.All(codes[(Rows * Width)..], code => Assert.Equal(0, code));
        Assert.All(scales[(Rows * Width / 32 * 2)..], word => Assert.Equal(0u, word));
    }

    [Theory]
    [MemberData(nameof(QuantizedFormats))]
    public void A_norm_before_several_parts_of_several_formats_is_taken_by_all(DType type)
    {
        using var machine = new KernelMachine();
        TestMatrix[] parts = [new(type, 3, 256, 1), new(DType.Q8_0, 2, 256, 2)];
        using CudaTensor x = machine.Tensor(2, 256, Values.Normal(2 * 256, 2, 3));
        using CudaTensor norm = machine.Tensor(1, 256, Values.Normal(256, 3));
        float[] together = Multiply(machine, parts, x, 2, norm: norm);
        float[] first = Multiply(machine, parts[..1], x, 2, norm: norm), second = Multiply(machine, parts[1..], x, 2, norm: norm);
        float[] expected = [.. first[..3], .. second[..2], .. first[3..], .. second[2..]];
        Assert.Equal(expected, together);
    }

    private static float[] Multiply(
        KernelMachine machine, TestMatrix[] parts, float[] x, int rows, Epilogue epilogue = Epilogue.Store, float[]? before = null)
    {
        using CudaTensor input = machine.Tensor(rows, parts[0].Width, x);
        return Multiply(machine, parts, input, rows, epilogue, before: before);
    }

    // The row behind the last must stay as it is, and all others must be written.
    private static float[] Multiply(
        KernelMachine machine, TestMatrix[] parts, CudaTensor x, int rows, Epilogue epilogue = Epilogue.Store,
        CudaTensor? norm = null, float[]? before = null)
    {
        using CudaWeight weight = Load(machine, parts);
        int width = epilogue == Epilogue.SwiGlu ? weight.Rows / 2 : weight.Rows;
        before ??= [.. Enumerable.Repeat(Guard, rows * width)];
        using CudaTensor y = machine.Tensor(rows + 1, width, [.. before, .. Enumerable.Repeat(Guard, width)]);
        using var a = new QuantizedActivations(machine.Context, weight.Width);
        new GemvKernel(machine.Library).Launch(machine.Stream, y, x, weight, rows, a, epilogue, norm, Epsilon);
        float[] all = Read(machine, y);
        Assert.All(all[(rows * width)..], value => Assert.Equal(Guard, value));
        Assert.DoesNotContain(Guard, all[..(rows * width)]);
        return all[..(rows * width)];
    }

    private static CudaWeight Load(KernelMachine machine, TestMatrix[] parts)
    {
        var weight = new CudaWeight(machine.Context, parts);
        using var uploader = new WeightUploader(machine.Context);
        uploader.Upload(weight, _ => { }, TestContext.Current.CancellationToken);
        return weight;
    }

    private static float[] OnCpu(TestMatrix[] parts, float[] x, int rows)
    {
        using Backend backend = TestBackends.Open("V128 x 1");
        using Weight weight = backend.Load(parts, _ => { }, TestContext.Current.CancellationToken);
        using Tensor input = backend.Tensor(rows, weight.Width, x), y = backend.Allocate(DType.F32, rows, weight.Rows);
        backend.MatMul(y, input, weight, rows);
        return backend.Values(y);
    }

    private static float[] Read(KernelMachine machine, CudaTensor tensor)
    {
        machine.Stream.Synchronize();
        var values = new float[tensor.Rows * tensor.Width];
        machine.Context.CopyFromDevice<float>(values, tensor.Pointer);
        return values;
    }

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);
}

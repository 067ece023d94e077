using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Backends.Cuda.Rows;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// y[r] = weight . x[r] for few rows on the GPU, and what is fused with it.
public class GemvKernelTests
{
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
        using var gpu = new GpuFixture();
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
                    float[] actual = Multiply(gpu, [source], x, rows);
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
        using var gpu = new GpuFixture();
        TestMatrix[] parts = [new(type, 17, 256, 1), new(type, 3, 256, 2), new(DType.F16, 5, 256, 3), new(type, 16, 256, 4)];
        float[] x = Values.Uniform(11 * 256, 4);
        float[] expected = [.. Enumerable.Range(0, 11).SelectMany(r => Multiply(gpu, parts, x[(r * 256)..((r + 1) * 256)], 1))];
        foreach (int rows in (int[])[2, 3, 4, 5, 6, 7, 8, 11])
            Assert.Equal(expected[..(rows * 41)], Multiply(gpu, parts, x[..(rows * 256)], rows));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Not_a_number_stays_one_and_in_its_row(DType type)
    {
        using var gpu = new GpuFixture();
        foreach (int rows in (int[])[1, 2, 4, 8])
        {
            foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                float[] x = Values.Uniform(rows * 256, 4);
                x[(rows - 1) * 256 + 77] = bad;
                float[] y = Multiply(gpu, [new TestMatrix(type, 3, 256, 1)], x, rows);
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
        using var gpu = new GpuFixture();
        var source = new TestMatrix(type, 1501, 32, 3);
        float[] x = Values.Uniform(rows * 32, 2);
        float[] before = Values.Uniform(rows * 1501, 6);
        float[] added = Multiply(gpu, [source], x, rows, Epilogue.Add, before: before);
        float[] products = Multiply(gpu, [source], x, rows);
        Assert.Equal(before.Zip(products, (a, b) => a + b), added);
        Assert.Equal(Multiply(gpu, [new TestMatrix(type, 1501, 32, 3)], x[..32], 1), products[..1501]);
    }

    // A row of activations that needs more shared memory than a kernel has without asking, and more than the device has.
    [Theory]
    [InlineData(65536)]
    [InlineData(139264)]
    public void Rows_may_be_wide(int width)
    {
        using var gpu = new GpuFixture();
        var source = new TestMatrix(DType.Q4_0, 3, width, 3);
        float[] x = Values.Uniform(2 * width, 2);
        float[] together = Multiply(gpu, [source], x, 2), alone = Multiply(gpu, [source], x[..width], 1);
        Assert.Equal(together[..3], alone);
        float[] expected = OnCpu([source], x, 2);
        for (int i = 0; i < together.Length; i++) Assert.InRange(together[i], expected[i] - 1e-3, expected[i] + 1e-3);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_norm_in_front_is_the_norm_before(DType type)
    {
        using var gpu = new GpuFixture();
        var rmsNorm = new RmsNormKernel(gpu.Library);
        foreach (int rows in type is DType.F32 or DType.F16 or DType.BF16 ? (int[])[1] : [1, 3])
        {
            TestMatrix[] parts = [new(type, 9, 1280, 1)];
            using CudaTensor x = gpu.Tensor(rows, 1280, Values.Normal(rows * 1280, 2, 3));
            using CudaTensor norm = gpu.Tensor(1, 1280, Values.Normal(1280, 3));
            using var normed = new CudaTensor(gpu.Context, DType.F32, rows, 1280);
            rmsNorm.Launch(gpu.Stream, normed, x, norm, rows, Epsilon);
            Assert.Equal(Multiply(gpu, parts, normed, rows), Multiply(gpu, parts, x, rows, norm: norm));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void SwiGlu_behind_is_SwiGlu_after(DType type)
    {
        using var gpu = new GpuFixture();
        var swiGlu = new SwiGluKernel(gpu.Library);
        TestMatrix[] parts = [new(type, 37, 256, 1), new(type, 37, 256, 2)];
        foreach (int rows in (int[])[1, 2, 3, 8])
        {
            float[] x = Values.Uniform(rows * 256, 4);
            using CudaTensor gateUp = gpu.Tensor(rows, 74, Multiply(gpu, parts, x, rows));
            using var expected = new CudaTensor(gpu.Context, DType.F32, rows, 37);
            swiGlu.Launch(gpu.Stream, expected, gateUp, rows);
            Assert.Equal(gpu.Values(expected), Multiply(gpu, parts, x, rows, Epilogue.SwiGlu));
        }
    }

    // The scale is exactly the largest magnitude over 127, a code the nearest to x / scale; sums are of the codes.
    [Fact]
    public void Activations_are_quantized_to_the_nearest()
    {
        const int Width = 416, Rows = 2;
        using var gpu = new GpuFixture();
        float[] values = Values.Normal(Rows * Width, 8, 5);
        values.AsSpan(32, 32).Clear();
        values.AsSpan(64, 32).Fill(1e-36f);
        values[96] = float.NaN;
        values[128] = float.NegativeInfinity;
        using CudaTensor x = gpu.Tensor(Rows, Width, values);
        using var a = new QuantizedActivations(gpu.Context, Width);
        new QuantizeKernel(gpu.Library).Launch(gpu.Stream, a, x.Pointer, default, Width, Rows, Rows + 1, 0);
        gpu.Stream.Synchronize();
        var codes = new sbyte[(Rows + 1) * Width];
        var scales = new uint[(Rows + 1) * Width / 32 * 2];
        gpu.Context.CopyFromDevice<sbyte>(codes, a.Codes);
        gpu.Context.CopyFromDevice<uint>(scales, a.Scales);
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
        using var gpu = new GpuFixture();
        TestMatrix[] parts = [new(type, 3, 256, 1), new(DType.Q8_0, 2, 256, 2)];
        using CudaTensor x = gpu.Tensor(2, 256, Values.Normal(2 * 256, 2, 3));
        using CudaTensor norm = gpu.Tensor(1, 256, Values.Normal(256, 3));
        float[] together = Multiply(gpu, parts, x, 2, norm: norm);
        float[] first = Multiply(gpu, parts[..1], x, 2, norm: norm), second = Multiply(gpu, parts[1..], x, 2, norm: norm);
        float[] expected = [.. first[..3], .. second[..2], .. first[3..], .. second[2..]];
        Assert.Equal(expected, together);
    }

    private static float[] Multiply(
        GpuFixture gpu, TestMatrix[] parts, float[] x, int rows, Epilogue epilogue = Epilogue.Store, float[]? before = null)
    {
        using CudaTensor input = gpu.Tensor(rows, parts[0].Width, x);
        return Multiply(gpu, parts, input, rows, epilogue, before: before);
    }

    private static float[] Multiply(
        GpuFixture gpu, TestMatrix[] parts, CudaTensor x, int rows, Epilogue epilogue = Epilogue.Store,
        CudaTensor? norm = null, float[]? before = null)
    {
        using CudaWeight weight = gpu.Load(parts);
        int width = epilogue == Epilogue.SwiGlu ? weight.Rows / 2 : weight.Rows;
        float[] guarded = [.. Enumerable.Repeat(Guarded.Value, (rows + 1) * width)];
        before?.CopyTo(guarded, 0);
        using CudaTensor y = gpu.Tensor(rows + 1, width, guarded);
        using var a = new QuantizedActivations(gpu.Context, weight.Width);
        new GemvKernel(gpu.Library).Launch(gpu.Stream, y, x, weight, rows, a, epilogue, norm, Epsilon);
        return Guarded.Used(gpu.Values(y), rows * width);
    }

    private static float[] OnCpu(TestMatrix[] parts, float[] x, int rows)
    {
        using var backend = new CpuBackend(1, SimdWidth.V128);
        using Weight weight = backend.Load(parts, _ => { }, TestContext.Current.CancellationToken);
        using Tensor input = backend.Tensor(rows, weight.Width, x), y = backend.Allocate(DType.F32, rows, weight.Rows);
        backend.MatMul(y, input, weight, rows);
        return backend.Values(y);
    }
}

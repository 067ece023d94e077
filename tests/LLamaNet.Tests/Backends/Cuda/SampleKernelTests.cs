using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Sampling;
using LLamaNet.Backends.Cuda.Step;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

public class SampleKernelTests
{
    private const int Guard = -77;

    private static readonly SampleParameters s_plain = new(0, 0, 1, 1, 0, 0, 0);

    // Each cut alone, all of them, one that keeps a single token, one that keeps all, and the ends of each range.
    private static SampleParameters[] Chains =>
    [
        s_plain,
        s_plain with { Temperature = 0 },
        s_plain with { Temperature = 0.3f },
        s_plain with { Temperature = 2.5f },
        s_plain with { TopK = 1 },
        s_plain with { TopK = 5 },
        s_plain with { TopK = 40, Temperature = 1.5f },
        s_plain with { TopK = 1 << 19 },
        s_plain with { TopP = 0.9f },
        s_plain with { TopP = 0.999f, Temperature = 3 },
        s_plain with { TopP = 1e-6f },
        s_plain with { MinP = 0.05f },
        s_plain with { MinP = 1 },
        s_plain with { TopK = 20, TopP = 0.8f, MinP = 0.1f, Temperature = 0.8f },
        s_plain with { TopK = 300, TopP = 0.95f, MinP = 0.001f, Temperature = 4 },
        s_plain with { Temperature = float.Epsilon },
        s_plain with { Temperature = float.MaxValue },
    ];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 3)]
    [InlineData(512, 5)]
    [InlineData(1023, 2)]
    [InlineData(5003, 4)]
    public void Draws_what_the_host_draws(int vocabulary, double deviation)
    {
        SampleParameters[] settings = Settings(vocabulary, draws: 4);
        float[] logits = Values.Normal(settings.Length * vocabulary, vocabulary, deviation);
        Assert.Equal(HostSampler.Draw(logits, settings), DeviceTokens(logits, vocabulary, settings));
    }

    [Fact]
    public void Draws_what_the_host_draws_from_large_vocabularies()
    {
        const int Vocabulary = 128_256;
        SampleParameters[] settings =
        [
            s_plain with { Seed = 1, Vocabulary = Vocabulary },
            s_plain with { Seed = 2, Vocabulary = Vocabulary, TopK = 50, TopP = 0.9f, Temperature = 0.7f },
        ];
        float[] logits = Values.Normal(settings.Length * Vocabulary, 9, 3);
        Assert.Equal(HostSampler.Draw(logits, settings), DeviceTokens(logits, Vocabulary, settings));
    }

    [Fact]
    public void The_largest_vocabulary_of_equal_tokens_overflows_no_sum()
    {
        const int Vocabulary = SampleKernel.MaxVocabulary;
        SampleParameters[] settings = [s_plain with { Seed = 3, Vocabulary = Vocabulary, TopP = 0.75f }];
        var logits = new float[Vocabulary];
        Assert.Equal(HostSampler.Draw(logits, settings), DeviceTokens(logits, Vocabulary, settings));
    }

    // Few different weights, exact in both: whatever a cut does among equals shows.
    [Fact]
    public void Of_equal_tokens_the_lowest_ids_stay()
    {
        const int Vocabulary = 700;
        SampleParameters[] settings = Settings(Vocabulary, draws: 6);
        var random = new Random(3);
        var logits = new float[settings.Length * Vocabulary];
        for (int i = 0; i < logits.Length; i++) logits[i] = random.Next(3) == 0 ? 2 : -0f;
        Assert.Equal(HostSampler.Draw(logits, settings), DeviceTokens(logits, Vocabulary, settings));
        Array.Fill(logits, 1.5f);
        Assert.Equal(HostSampler.Draw(logits, settings), DeviceTokens(logits, Vocabulary, settings));
    }

    [Fact]
    public void Every_draw_of_a_seed_is_the_hosts()
    {
        const int Vocabulary = 64;
        SampleParameters[] settings =
            [.. Enumerable.Range(0, 256).Select(
                i => s_plain with { Seed = 0xFEDC_BA98_7654_3210, Index = (ulong)i << 23, Vocabulary = Vocabulary })];
        float[] logits = [.. Enumerable.Repeat(Values.Normal(Vocabulary, 8), settings.Length).SelectMany(row => row)];
        int[] tokens = DeviceTokens(logits, Vocabulary, settings);
        Assert.Equal(HostSampler.Draw(logits, settings), tokens);
        Assert.InRange(tokens.Distinct().Count(), 20, Vocabulary);
    }

    [Fact]
    public void Greedy_takes_the_first_of_the_greatest()
    {
        const int Vocabulary = 2500;
        (int First, float Greatest)[] rows = [(0, 3), (1, -7), (31, 0), (32, 1), (1023, 2), (1024, 2), (2498, 5)];
        float[] logits = [.. rows.SelectMany(row => Enumerable.Range(0, Vocabulary).Select(
            id => id == row.First || (id > row.First && id % 50 == 49) ? row.Greatest : row.Greatest - 1))];
        SampleParameters[] settings = [.. rows.Select(_ => s_plain with { Temperature = 0, Vocabulary = Vocabulary })];
        Assert.Equal(rows.Select(row => row.First), DeviceTokens(logits, Vocabulary, settings));

        float[] zeros = [-1, -0f, 0f, -0f];
        Assert.Equal([1], DeviceTokens(zeros, 4, [s_plain with { Temperature = 0, Vocabulary = 4 }]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Logits_that_allow_no_token_are_reported_and_harm_no_other_row(float temperature)
    {
        const int Vocabulary = 40;
        const float Infinity = float.PositiveInfinity;
        float[] row = Values.Normal(Vocabulary, 4);
        float[][] rows = [row, With(row, 39, float.NaN), With(row, 0, Infinity), With(row, 7, -Infinity),
            [.. Enumerable.Repeat(-Infinity, Vocabulary)], With([.. Enumerable.Repeat(-Infinity, Vocabulary)], 33, -1e30f), row];
        SampleParameters[] settings =
            [.. rows.Select(
                _ => s_plain with { Temperature = temperature, TopK = 39, TopP = 0.99f, MinP = 1e-4f, Vocabulary = Vocabulary })];
        int[] tokens = DeviceTokens([.. rows.SelectMany(values => values)], Vocabulary, settings);
        int expected = HostSampler.Draw(row, [settings[0]])[0];
        Assert.Equal([expected, -1, -1, HostSampler.Draw(rows[3], [settings[3]])[0], -1, 33, expected], tokens);
    }

    // Rows of logits may be longer than the vocabulary that a tokenizer knows.
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(100)]
    public void Ids_outside_the_vocabulary_are_not_looked_at(float beyond)
    {
        const int Vocabulary = 50, Width = 64;
        float[] logits = Values.Normal(Vocabulary, 5);
        foreach (float temperature in (float[])[0, 1])
        {
            SampleParameters[] settings = [s_plain with { Temperature = temperature, TopP = 0.9f, Vocabulary = Vocabulary }];
            float[] wide = [.. logits, .. Enumerable.Repeat(beyond, Width - Vocabulary)];
            Assert.Equal(HostSampler.Draw(logits, settings), DeviceTokens(wide, Width, settings));
        }
    }

    [Fact]
    public void A_step_further_is_the_tokens_drawn_at_the_next_positions()
    {
        using var gpu = new GpuFixture();
        int[] drawn = [5, -1, 7];
        SampleParameters[] settings =
            [.. Enumerable.Range(0, 3).Select(
                i => s_plain with { Seed = (ulong)i, Index = i == 1 ? uint.MaxValue : 4UL, Vocabulary = 9 })];
        using CudaDeviceVariable<int> device = gpu.Upload<int>([1, 2, 3, -9, 10, 20, 30, -9, 11, 21, 31, -9]);
        using CudaDeviceVariable<int> deviceDrawn = gpu.Upload<int>(drawn);
        using CudaDeviceVariable<SampleParameters> deviceSettings = gpu.Upload<SampleParameters>(settings);
        var batch = new DeviceBatch(
            device.Pointer, device.Pointer + 16, default, default, device.Pointer + 32, default, 0, default, 3, 3, 1, 64);
        new AdvanceKernel(gpu.Library).Launch(gpu.Stream, batch, deviceSettings.Pointer, deviceDrawn.Pointer);
        gpu.Stream.Synchronize();

        var values = new int[12];
        device.CopyTo(values);
        Assert.Equal([5, 0, 7, -9, 11, 21, 31, -9, 12, 22, 32, -9], values);
        var advanced = new SampleParameters[3];
        deviceSettings.CopyTo(advanced);
        Assert.Equal(settings.Select(setting => setting with { Index = setting.Index + 1 }), advanced);
    }

    private static SampleParameters[] Settings(int vocabulary, int draws) =>
    [
        .. Chains.SelectMany((chain, i) => Enumerable.Range(0, draws).Select(
            draw => chain with { Seed = (ulong)(31 * i), Index = (ulong)draw, Vocabulary = vocabulary })),
    ];

    private static float[] With(float[] row, int index, float value)
    {
        float[] changed = [.. row];
        changed[index] = value;
        return changed;
    }

    private static int[] DeviceTokens(float[] logits, int width, SampleParameters[] settings)
    {
        using var gpu = new GpuFixture();
        using CudaTensor deviceLogits = gpu.Tensor(settings.Length, width, logits);
        using CudaDeviceVariable<SampleParameters> deviceSettings = gpu.Upload<SampleParameters>(settings);
        return gpu.Run(settings.Length, Guard, tokens => new SampleKernel(gpu.Library).Launch(
            gpu.Stream, tokens, deviceLogits.Pointer, deviceLogits.Width, deviceSettings.Pointer, settings.Length));
    }
}

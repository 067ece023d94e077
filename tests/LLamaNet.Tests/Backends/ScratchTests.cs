using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda;
using LLamaNet.Tensors;
using LLamaNet.Tests.Models.Cuda;
using Xunit;

namespace LLamaNet.Tests.Backends;

// A device takes exactly the memory it plans, when it loads; steps take none.
public class ScratchTests
{
    private const int Width = 256;

    private static readonly AttentionShape s_shape = new(4, 2, 64);

    private static readonly CudaProvider s_cuda = new(() => throw new CudaException("Plans need no GPU."));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<DType[], int> Products => new()
    {
        { [DType.F32, DType.F32], 20 },
        { [DType.F16, DType.F16], 20 },
        { [DType.BF16, DType.F16], 5 },
        { [DType.F16, DType.Q8_0], 20 },
        { [DType.F32, DType.Q4_K], 20 },
        { [DType.Q4_0, DType.Q4_0], 20 },
        { [DType.Q4_0, DType.Q6_K], 3 },
        { [DType.Q4_K, DType.Q4_K], 1 },
    };

    [Theory]
    [MemberData(nameof(Products))]
    public void Products_take_what_was_reserved(DType[] types, int maxRows)
    {
        foreach ((TestBackend kind, DeviceProvider provider, int threads) in ((TestBackend, DeviceProvider, int)[])
            [(TestBackend.Plain, new CpuProvider(), 1), (TestBackend.Cpu[1], new CpuProvider(), 2),
                (TestBackend.Cuda[0], s_cuda, 1)])
        {
            (Backend backend, IDisposable owner) = kind.Open();
            using (owner)
            {
                var limits = new StepLimits(
                    maxRows, 1, 1, 64, s_shape, [new ProductShape(types, 2 * Width, Width, HasNorm: true, HasSwiGlu: true)]);
                MatrixSource[] parts = [.. types.Select((type, i) => new TestMatrix(type, Width, Width, i))];
                long before = backend.AllocatedBytes;
                backend.Reserve(limits);
                Assert.Equal(
                    before + provider.ScratchBytes(limits, new ModelOptions { Threads = threads }), backend.AllocatedBytes);

                before = backend.AllocatedBytes;
                using Weight weight = backend.Load(parts, _ => { }, Token);
                Assert.Equal(before + provider.WeightBytes(parts), backend.AllocatedBytes);

                using Tensor x = backend.Allocate(DType.F32, maxRows, Width), y = backend.Allocate(DType.F32, maxRows, Width);
                using Tensor norm = backend.Allocate(DType.F32, 1, Width),
                    gateUp = backend.Allocate(DType.F32, maxRows, 2 * Width);
                before = backend.AllocatedBytes;
                foreach (int rows in Enumerable.Range(1, maxRows))
                {
                    backend.RmsNormMatMul(gateUp, x, norm, weight, rows, 1e-5f);
                    backend.RmsNormMatMulSwiGlu(y, x, norm, weight, rows, 1e-5f);
                }

                Assert.Equal(before, backend.AllocatedBytes);
            }
        }
    }

    // Single tokens split their keys among threads, and so do a few blocks of queries.
    [Theory]
    [InlineData(1, 3000)]
    [InlineData(2, 300)]
    [InlineData(2, 1100)]
    [InlineData(3, 3000)]
    [InlineData(16, 1100)]
    public void Attention_takes_what_was_reserved(int threads, int positions)
    {
        foreach (AttentionShape shape in (AttentionShape[])[s_shape, new(1, 1, 32), new(64, 1, 16), new(3, 3, 40)])
        {
            using var backend = new CpuBackend(threads);
            var limits = new StepLimits(40, 1, 5, positions, shape, []);
            backend.Reserve(limits);
            Assert.Equal(new CpuProvider().ScratchBytes(limits, new ModelOptions { Threads = threads }), backend.AllocatedBytes);
            var sequence = new TestSequence(shape, 1, positions, TestSequence.PagesFrom(0, positions));
            using var cache = new TestCache(backend, shape, DType.F16, sequence.Pages.Length);
            long before = backend.AllocatedBytes;
            foreach (int[] counts in (int[][])[[40], [1, 1, 1, 1, 1], [36, 1, 1, 1, 1], [33], [1], [10, 10, 10, 5, 5]])
            {
                // Copies of the sequence, at its end.
                (TestSequence, int)[] parts = [.. counts.Select(count => (new TestSequence(shape, 1, positions, sequence.Pages)
                {
                    Length = positions - count,
                }, count))];
                cache.Step(parts);
                Assert.Equal(before, backend.AllocatedBytes);
            }
        }
    }

    public static TheoryData<DType, ModelOptions> Models => new()
    {
        { DType.F32, new ModelOptions { ContextLength = 96, MaxSequences = 2, PrefillChunk = 12 } },
        { DType.F16, new ModelOptions { ContextLength = 640, MaxSequences = 1, PrefillChunk = 40 } },
        { DType.Q8_0, new ModelOptions { ContextLength = 96, MaxSequences = 3, PrefillChunk = 24, KvCacheTokens = 300 } },
        { DType.Q4_K, new ModelOptions { ContextLength = 130, MaxSequences = 2, PrefillChunk = 12, KvCacheType = DType.F16 } },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_model_takes_what_was_planned(DType type, ModelOptions options)
    {
        using var gpu = new GpuFixture();
        foreach (LlamaConfig config in (LlamaConfig[])[TestConfigs.Blocks256,
            TestConfigs.Blocks256 with { TiedEmbeddings = true, KvHeads = 1, VocabularySize = 99 }])
        {
            foreach (Device device in (Device[])[Device.Cpu, Device.Cuda()])
            {
                ModelOptions asked = options with { Device = device, Threads = 2 };
                using LlamaModel model = await LlamaModel.CreateRandomAsync(config, type, 1, gpu.Devices, asked, Token);
                Assert.Equal(LlamaModel.Plan(config, type, asked), model.MemoryPlan);
                Assert.Equal(model.MemoryPlan.TotalBytes, model.AllocatedBytes);

                var answer = new GenerationOptions { MaxOutputTokens = 3, Seed = 1 };
                int[] prompt = [.. Enumerable.Range(0, model.ContextLength - 4).Select(i => i % 90)];
                await Task.WhenAll(Enumerable.Range(0, asked.MaxSequences).Select(
                    i => CudaGoldenTests.CompleteAsync(model, prompt[(i * 20)..], answer)));
                Assert.Equal(model.MemoryPlan.TotalBytes, model.AllocatedBytes);
            }
        }
    }
}

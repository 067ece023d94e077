using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Loading;
using LLamaNet.Models;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Models.Cuda;

// What a model on a GPU does beside computing: batches, recorded steps, drawing, memory, failure.
public class CudaModelTests
{
    private static readonly LlamaConfig s_config = TestConfigs.Blocks32;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DType.Q4_0)]
    [InlineData(DType.IQ4_NL)]
    [InlineData(DType.F16)]
    public async Task Sequences_in_one_batch_equal_each_alone(DType type)
    {
        using var gpu = new GpuFixture();
        using LlamaModel model = await RandomAsync(gpu.Devices, type);
        var options = new GenerationOptions { Temperature = 0.8f, Seed = 4, MaxOutputTokens = 12 };
        int[] first = Prompt(70, 1), second = Prompt(9, 2);
        GenerationResult firstAlone = await CudaGoldenTests.CompleteAsync(model, first, options);
        GenerationResult secondAlone = await CudaGoldenTests.CompleteAsync(model, second, options);
        GenerationResult[] together = await Task.WhenAll(
            CudaGoldenTests.CompleteAsync(model, first, options), CudaGoldenTests.CompleteAsync(model, second, options));
        Assert.Equal(Ids(firstAlone), Ids(together[0]));
        Assert.Equal(Ids(secondAlone), Ids(together[1]));
    }

    [Fact]
    public async Task Replayed_steps_equal_those_launched_one_by_one()
    {
        using var gpu = new GpuFixture();
        using LlamaModel replaying = await RandomAsync(gpu.Devices, DType.Q8_0);
        using LlamaModel direct = await RandomAsync(gpu.DirectDevices, DType.Q8_0);
        int[] prompt = Prompt(60, 3); // the answer goes on to a second page
        foreach (bool readsLogits in (bool[])[false, true])
        {
            var options = new GenerationOptions { Seed = 9, MaxOutputTokens = 10, LogProbabilities = readsLogits };
            long? before = gpu.Interpreter?.Counters.GraphLaunches;
            GenerationResult expected = await CudaGoldenTests.CompleteAsync(direct, prompt, options);
            Assert.Equal(before, gpu.Interpreter?.Counters.GraphLaunches);
            GenerationResult actual = await CudaGoldenTests.CompleteAsync(replaying, prompt, options);
            Assert.True(gpu.Interpreter is null || gpu.Interpreter.Counters.GraphLaunches >= before + 8);
            Assert.Equal(Ids(expected), Ids(actual));
            Assert.Equal(
                expected.Tokens.Select(token => token.LogProbability), actual.Tokens.Select(token => token.LogProbability));
        }
    }

    public static TheoryData<string> Sampling => [.. s_sampling.Keys];

    private static readonly Dictionary<string, GenerationOptions> s_sampling = new()
    {
        ["greedy"] = new() { Temperature = 0 },
        ["temperature"] = new() { Temperature = 0.7f },
        ["top-k"] = new() { TopK = 7 },
        ["top-p"] = new() { TopP = 0.8f },
        ["min-p"] = new() { MinP = 0.1f },
        ["all"] = new() { Temperature = 1.3f, TopK = 40, TopP = 0.9f, MinP = 0.02f },
    };

    [Theory]
    [MemberData(nameof(Sampling))]
    public async Task The_GPU_draws_what_the_host_draws(string name)
    {
        using var gpu = new GpuFixture();
        using LlamaModel model = await RandomAsync(gpu.Devices, DType.Q8_0);
        foreach (ulong seed in (ulong[])[1, 77])
        {
            GenerationOptions options = s_sampling[name] with { Seed = seed, MaxOutputTokens = 10 };
            long? drawn = gpu.Interpreter?.KernelsRun("sample_f32");
            GenerationResult device = await CudaGoldenTests.CompleteAsync(model, Prompt(5, 1), options);
            Assert.Equal(drawn + 10, gpu.Interpreter?.KernelsRun("sample_f32"));
            // Log-probabilities want the logits, so the host draws.
            GenerationResult host = await CudaGoldenTests.CompleteAsync(
                model, Prompt(5, 1), options with { LogProbabilities = true });
            Assert.Equal(drawn + 10, gpu.Interpreter?.KernelsRun("sample_f32"));
            Assert.Equal(Ids(host), Ids(device));
        }
    }

    [Fact]
    public async Task A_steady_decode_step_is_one_graph_launch_and_four_bytes()
    {
        using var gpu = new GpuFixture();
        using LlamaModel model = await RandomAsync(gpu.Devices, DType.Q8_0);
        await CudaGoldenTests.CompleteAsync(model, Prompt(5, 1), new GenerationOptions { Seed = 1, MaxOutputTokens = 4 });
        PtxCounters shorter = await CountAsync(5), longer = await CountAsync(15), difference = longer - shorter;
        // Five kernels a layer: norm and QKV; rotation, cache and attention; output; norm, gate, up and SwiGLU; down. Then
        // embedding, norm and output, drawing, going on.
        int kernels = 10 * (5 * s_config.Layers + 4);
        Assert.Equal(
            new PtxCounters
            {
                GraphLaunches = 10,
                CopiesFromDevice = 10,
                BytesFromDevice = 40,
                Synchronisations = 10,
                KernelsRun = kernels
            },
            difference);
        Assert.Equal(0, longer.Allocations + longer.HostAllocations + longer.GraphsInstantiated + longer.ModulesLoaded);

        async Task<PtxCounters> CountAsync(int tokens)
        {
            PtxCounters before = gpu.Driver.Counters;
            await CudaGoldenTests.CompleteAsync(
                model, Prompt(5, 1), new GenerationOptions { Seed = 1, MaxOutputTokens = tokens });
            return gpu.Driver.Counters - before;
        }
    }

    // Measured on a driver that does nothing, because the interpreter runs on the thread that waits for it.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_decode_step_allocates_nothing_on_the_host(int sequences)
    {
        using var gpu = new GpuFixture();
        var backend = new CudaBackend(new CudaContext(BrokenDriver.Over(gpu.Driver.Find), 0));
        var limits = ModelLimits.For(s_config, new ModelOptions(), isQuantized: true, gpu.Provider);
        WeightLoader loader = ModelSource.Random(s_config, DType.Q8_0, seed: 1).Weights;
        StepLimits step = limits.Step(s_config, loader.Products);
        backend.Reserve(step);
        using var transformer = new Transformer(
            backend, s_config, loader.Load(backend, _ => { }, Token), new KvCache(backend, s_config, DType.F16, 512),
            new RopeTables(backend, s_config, 128), step);
        var cache = Enumerable.Range(0, sequences).Select(_ => new KvSequence(128)).ToArray();
        foreach (KvSequence sequence in cache) transformer.Cache.TryExtend(sequence, 100);
        RopeTable rope = transformer.RopeFor(0);
        var batch = new Batch(sequences);
        int[] next = new int[1], drawn = new int[sequences];
        int position = 0;
        for (int i = 0; i < 3; i++) Step();

        BrokenDriver.IsIdle = true;
        try
        {
            Assert.Equal(0, Allocations.Least(
                () =>
                {
                    for (int i = 0; i < 5; i++) Step();
                },
                runs: 10));
        }
        finally
        {
            BrokenDriver.IsIdle = false;
        }

        void Step()
        {
            batch.Clear();
            for (int i = 0; i < sequences; i++)
            {
                next[0] = Math.Max(0, drawn[i]);
                batch.Append(
                    next, position, cache[i].Pages, rope, Batch.Outputs.Last,
                    new SampleParameters(1, (ulong)position, 1, 1, 0, 0, s_config.VocabularySize));
            }

            transformer.Forward(batch, [], drawn);
            position++;
        }
    }

    [Fact]
    public async Task A_long_prompt_allocates_nothing()
    {
        LlamaConfig config = s_config with { Layers = 1, Heads = 1, Width = 32, FfnWidth = 32, VocabularySize = 40 };
        using var gpu = new GpuFixture();
        using LlamaModel model = await LlamaModel.CreateRandomAsync(
            config, DType.F16, 1, gpu.Devices,
            new ModelOptions { Device = Device.Cuda(), ContextLength = 2048, PrefillChunk = 512, MaxSequences = 2 }, Token);
        await model.ComputeLogitsAsync(Prompt(100, 1, 40), (_, _) => { }, 99, Token);
        PtxCounters before = gpu.Driver.Counters;
        await model.ComputeLogitsAsync(Prompt(2048, 1, 40), (_, logits) => Assert.True(float.IsFinite(logits[0])), 2047, Token);
        PtxCounters prefill = gpu.Driver.Counters - before;
        Assert.Equal((0, 0), (prefill.Allocations, prefill.HostAllocations));

        // Nothing of the plan grows with the square of the context either.
        long Bytes(int context) => LlamaModel.Plan(
            config, DType.F16,
            new ModelOptions { Device = Device.Cuda(), ContextLength = context, PrefillChunk = 512 }).TotalBytes;
        Assert.Equal(2 * (Bytes(4096) - Bytes(2048)), Bytes(8192) - Bytes(4096));
    }

    // Warming up brought them all: gemv, gemm of few rows, and gemm of many.
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    public async Task No_request_loads_a_kernel(int major)
    {
        using var gpu = new GpuFixture(major == 9 ? PtxDevice.Hopper : new PtxDevice());
        using LlamaModel model = await RandomAsync(gpu.Devices, DType.Q4_0);
        Assert.SkipWhen(gpu.Interpreter is null, "Only the interpreter counts modules.");
        long before = gpu.Interpreter!.Counters.ModulesLoaded;
        foreach (int length in (int[])[1, 2, 20, 100])
        {
            var options = new GenerationOptions { Seed = 1, MaxOutputTokens = 3 };
            await CudaGoldenTests.CompleteAsync(model, Prompt(length, 1), options);
        }

        Assert.Equal(before, gpu.Interpreter.Counters.ModulesLoaded);
    }

    [Fact]
    public async Task The_plan_is_what_is_taken()
    {
        using var gpu = new GpuFixture(new PtxDevice { MemoryBytes = 1L << 30 });
        using LlamaModel model = await RandomAsync(gpu.Devices, DType.Q8_0);
        Assert.Equal(
            LlamaModel.Plan(s_config, DType.Q8_0, new ModelOptions { Device = Device.Cuda(), MaxSequences = 4 }),
            model.MemoryPlan);
        using var context = new CudaContext(new CudaDriver(gpu.Driver.Find), 0);
        long taken = context.TotalBytes - context.FreeBytes;
        Assert.Equal(model.MemoryPlan.TotalBytes, taken);
    }

    [Fact]
    public async Task A_model_that_does_not_fit_is_refused_before_it_is_read()
    {
        using var gpu = new GpuFixture(new PtxDevice { MemoryBytes = 1 << 20 });
        var exception = await Assert.ThrowsAsync<DeviceOutOfMemoryException>(() => RandomAsync(gpu.Devices, DType.F16));
        Assert.Equal(
            LlamaModel.Plan(s_config, DType.F16, new ModelOptions { Device = Device.Cuda(), MaxSequences = 4 }), exception.Plan);
        Assert.Contains("Interpreted GPU", exception.Message, StringComparison.Ordinal);
        Assert.Contains("use a smaller weight type, a shorter context", exception.Message, StringComparison.Ordinal);

        using LlamaModel model = await LlamaModel.CreateRandomAsync(
            s_config, DType.F16, 1, gpu.Devices, new ModelOptions { MaxSequences = 4 }, Token);
        Assert.Equal(DeviceKind.Cpu, model.Device.Kind);
        Assert.Equal(
            $"the GPU is too small: {exception.Message}", model.Device.Reason);
    }

    [Fact]
    public async Task A_GPU_that_fails_while_loading_leaves_auto_to_the_CPU()
    {
        using var gpu = new GpuFixture();
        var devices = GpuFixture.Providers(() => BrokenDriver.Over(gpu.Driver.Find));
        BrokenDriver.IsLost = true;
        try
        {
            await Assert.ThrowsAsync<CudaException>(() => RandomAsync(devices, DType.F16));
            using LlamaModel model = await LlamaModel.CreateRandomAsync(
                s_config, DType.F16, 1, devices, new ModelOptions(), Token);
            Assert.Equal(DeviceKind.Cpu, model.Device.Kind);
            Assert.StartsWith("the GPU failed: CUDA_ERROR_ILLEGAL_ADDRESS", model.Device.Reason, StringComparison.Ordinal);
        }
        finally
        {
            BrokenDriver.IsLost = false;
        }
    }

    [Fact]
    public async Task Loading_that_is_stopped_frees_everything()
    {
        using var gpu = new GpuFixture();
        using var cancellation = new CancellationTokenSource();
        var progress = new StopAt(cancellation, 100_000);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LlamaModel.LoadAsync(
            SharedData.Path("models/stories260K/stories260K-F16.gguf"), gpu.Devices, new ModelOptions { Device = Device.Cuda() },
            progress, cancellation.Token));
        Assert.Empty(gpu.Driver.Leaks);
    }

    [Fact]
    public async Task A_model_may_be_disposed_while_it_reads_a_prompt()
    {
        using var gpu = new GpuFixture();
        LlamaModel model = await LlamaModel.CreateRandomAsync(
            s_config, DType.Q8_0, 7, gpu.Devices, new ModelOptions { Device = Device.Cuda(), PrefillChunk = 16 }, Token);
        var progress = new DisposeAt(model, tokens: 48);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CudaGoldenTests.CompleteAsync(
            model, Prompt(150, 1), new GenerationOptions(), progress));
        model.Dispose();
    }

    [Fact]
    public async Task A_lost_GPU_fails_requests_and_hangs_nobody()
    {
        using var gpu = new GpuFixture();
        var devices = GpuFixture.Providers(() => BrokenDriver.Over(gpu.Driver.Find));
        using (LlamaModel model = await RandomAsync(devices, DType.Q8_0))
        {
            var options = new GenerationOptions { Seed = 1, MaxOutputTokens = 3 };
            await CudaGoldenTests.CompleteAsync(model, Prompt(5, 1), options);
            BrokenDriver.IsLost = true;
            for (int i = 0; i < 2; i++)
            {
                var exception = await Assert.ThrowsAsync<CudaException>(
                    () => CudaGoldenTests.CompleteAsync(model, Prompt(5, 1), options));
                Assert.True(exception.IsDeviceLost);
                Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", exception.Message, StringComparison.Ordinal);
            }
        }

        BrokenDriver.IsLost = false;
    }

    private static Task<LlamaModel> RandomAsync(DeviceProviders devices, DType type) => LlamaModel.CreateRandomAsync(
        s_config, type, 7, devices, new ModelOptions { Device = Device.Cuda(), MaxSequences = 4 }, Token);

    private static int[] Prompt(int length, int salt, int vocabulary = 200) =>
        [.. Enumerable.Range(0, length).Select(i => (i * 7 + salt * 13 + 1) % vocabulary)];

    private static IEnumerable<int> Ids(GenerationResult result) => result.Tokens.Select(token => token.Id);

    private sealed class DisposeAt(LlamaModel model, int tokens) : IProgress<PrefillProgress>
    {
        public void Report(PrefillProgress value)
        {
            if (value.Tokens >= tokens) model.Dispose();
        }
    }

    private sealed class StopAt(CancellationTokenSource source, long bytes) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            if (value.Bytes >= bytes) source.Cancel();
        }
    }
}

using System.Reflection;
using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Tracing;
using Xunit;

namespace LLamaNet.Tests.Backends.Tracing;

public class TracingBackendTests
{
    private static readonly LlamaConfig s_config =
        TestConfigs.Blocks32 with { HeadDim = 32, VocabularySize = 50, ContextLength = 128 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // What is not passed on would be composed of plain operations, and lose the device's own.
    [Fact]
    public void Every_member_of_a_backend_is_passed_on()
    {
        IEnumerable<MethodInfo> missing = typeof(TracingBackend)
            .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method => method.IsVirtual && method.DeclaringType == typeof(Backend));
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData(DeviceKind.Cpu)]
    [InlineData(DeviceKind.Cuda)]
    public async Task A_trace_counts_every_operation_and_changes_no_result(DeviceKind kind)
    {
        using var gpu = new GpuFixture();
        (int[] expected, StepTrace? none) = await GenerateAsync(gpu, kind, isTraced: false);
        Assert.Null(none);
        (int[] ids, StepTrace? trace) = await GenerateAsync(gpu, kind, isTraced: true);
        Assert.Equal(expected, ids);

        // A prompt of 5 tokens gives the first of 4; each of the others takes a step.
        AssertRuns(nameof(Backend.Embed), 5, 1);
        AssertRuns(nameof(Backend.Embed), 1, 3);
        AssertRuns(nameof(Backend.RmsNormMatMulSwiGlu), 5, s_config.Layers);
        AssertRuns(nameof(Backend.RmsNormMatMulSwiGlu), 1, 3 * s_config.Layers);
        AssertRuns(nameof(Backend.Gather), 1, 1);
        AssertRuns(kind == DeviceKind.Cpu ? nameof(Backend.Read) : nameof(Backend.Sample), 1, 4);

        TracedOperation product = Assert.Single(Find(nameof(Backend.MatMulAdd), 5), run => run.Operand == "64 x 96 Q8_0");
        Assert.Equal(2L * 5 * 64 * 96 * s_config.Layers, product.Operations);
        Assert.True(product.IsQuantized);
        TracedOperation attention = Assert.Single(Find(nameof(Backend.RopeStoreKvAttention), 1));
        Assert.Equal("2/1 heads of 32, cache F16", attention.Operand);
        // Tokens at positions 5, 6 and 7 see 6, 7 and 8 keys.
        Assert.Equal(4L * 64 * (6 + 7 + 8) * s_config.Layers, attention.Operations);
        long keysAndValues = 2 * 32 * sizeof(ushort), stored = 2 * 32 * sizeof(float)
            + keysAndValues, rows = 2 * 64 * sizeof(float);
        Assert.Equal(((6 + 7 + 8) * keysAndValues + 3 * (stored + rows)) * s_config.Layers, attention.Bytes);

        Assert.All(trace!.Operations, run => Assert.True(run.Time > TimeSpan.Zero && run.Bytes > 0));
        Assert.Equal(trace.Operations.OrderByDescending(run => run.Time), trace.Operations);
        string device = kind == DeviceKind.Cpu ? "CPU, 1 thread" : "Interpreted GPU";
        if (kind == DeviceKind.Cpu || !GpuFixture.IsReal) Assert.StartsWith(device, trace.Device, StringComparison.Ordinal);
        Assert.Equal(kind == DeviceKind.Cuda, trace.Timing.Contains("waited for", StringComparison.Ordinal));

        IEnumerable<TracedOperation> Find(string name, int rows) =>
            trace!.Operations.Where(run => run.Name == name && run.Rows == rows);

        void AssertRuns(string name, int rows, int count) => Assert.Equal(count, Find(name, rows).Sum(run => run.Count));
    }

    // Of the tokens at positions 2 to 4, each sees itself and the two before it.
    [Fact]
    public void Attention_counts_the_keys_of_its_window_alone()
    {
        var shape = new AttentionShape(4, 2, 8);
        using var backend = new CpuBackend(1);
        using var cache = new TestCache(backend, shape, DType.F32, pages: 1);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 1, 1), backend.Allocate(DType.F32, 1, 1));
        var batch = new Batch(3);
        batch.Append([1, 2, 3], 2, [0], rope, Batch.Outputs.None);
        long key = 2 * 8 * sizeof(float), row = 4 * 8 * sizeof(float);
        OperationWork all = OperationWork.Attention(cache.Kv, shape, batch);
        Assert.Equal(new OperationWork(5 * 2 * key + 3 * 2 * row, 4 * (3 + 4 + 5) * 32), all);
        OperationWork window = OperationWork.Attention(cache.Kv, shape with { Window = 3 }, batch);
        Assert.Equal(new OperationWork(5 * 2 * key + 3 * 2 * row, 4 * (3 + 3 + 3) * 32), window);
        Assert.Equal(
            new OperationWork(4 * 2 * key + 3 * 2 * row, 4 * (2 + 2 + 2) * 32),
            OperationWork.Attention(cache.Kv, shape with { Window = 2 }, batch));
    }

    [Fact]
    public async Task A_trace_begins_where_the_last_one_ended()
    {
        using LlamaModel model = await LlamaModel.CreateRandomAsync(
            s_config, DType.F32, 1, new ModelOptions { Device = Device.Cpu, Threads = 1, Trace = true }, Token);
        Assert.Empty(model.TakeTrace()!.Operations);
        await model.ComputeLogitsAsync([1, 2, 3], static (_, _) => { }, 2, Token);
        Assert.NotEmpty(model.TakeTrace()!.Operations);
        Assert.Empty(model.TakeTrace()!.Operations);
    }

    private static async Task<(int[] Ids, StepTrace? Trace)> GenerateAsync(GpuFixture gpu, DeviceKind kind, bool isTraced)
    {
        var options = new ModelOptions { Device = new Device(kind), Threads = 1, MaxSequences = 1, Trace = isTraced };
        using LlamaModel model = await LlamaModel.CreateRandomAsync(s_config, DType.Q8_0, 1, gpu.Devices, options, Token);
        var ids = new List<int>();
        await foreach (GeneratedPart part in model.GenerateAsync(
            [1, 2, 3, 4, 5], new GenerationOptions { Temperature = 0, MaxOutputTokens = 4 }, cancellationToken: Token))
        {
            ids.AddRange(part.Tokens.Select(token => token.Id));
        }

        return ([.. ids], model.TakeTrace());
    }
}

using Xunit;

namespace LLamaNet.Tests.Loading;

// What a plan says of a checkpoint is what loading it takes, to the byte. Of random models: ScratchTests.
public class ModelPlanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, ModelOptions> Checkpoints => new()
    {
        { "stories260K/stories260K-F32.gguf", new ModelOptions() },
        { "stories260K/stories260K-Q8_0.gguf", new ModelOptions { ContextLength = 100, MaxSequences = 3, PrefillChunk = 20 } },
        { "stories260K/stories260K-F16.gguf", new ModelOptions { WeightType = DType.Q4_0, KvCacheTokens = 1000 } },
        { "stories260K/hf-bf16", new ModelOptions { KvCacheType = DType.F32, PrefillChunk = 7 } },
    };

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public Task Loading_takes_what_was_planned(string checkpoint, ModelOptions options) =>
        AssertPlannedAsync(SharedData.Path("models/" + checkpoint), options);

    // Biases, norms of heads and windows are planned as well.
    [Theory]
    [InlineData("llama_bias")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("phi3")]
    [InlineData("granite")]
    [InlineData("smollm3")]
    public Task Other_architectures_take_what_was_planned(string name) =>
        AssertPlannedAsync(
            SharedData.Path($"architectures/{name}.gguf"), new ModelOptions { MaxSequences = 2, PrefillChunk = 9 });

    private static async Task AssertPlannedAsync(string path, ModelOptions options)
    {
        using var gpu = new GpuFixture();
        foreach (Device device in (Device[])[Device.Cpu, Device.Cuda()])
        {
            ModelOptions asked = options with { Device = device, Threads = 2 };
            MemoryPlan plan = LlamaModel.Plan(path, asked);
            Assert.Equal(device.Kind, plan.Device);
            using LlamaModel model = await LlamaModel.LoadAsync(path, gpu.Devices, asked, cancellationToken: Token);
            Assert.Equal(plan, model.MemoryPlan);
            Assert.Equal(plan.TotalBytes, model.AllocatedBytes);
            Assert.Equal(model.ContextLength, plan.ContextLength);
        }
    }
}

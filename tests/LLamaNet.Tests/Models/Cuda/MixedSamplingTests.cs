using System.Numerics.Tensors;
using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Loading;
using LLamaNet.Models;
using LLamaNet.PtxInterpreter;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Models.Cuda;

// Rows whose logits the host reads, beside rows that the GPU draws from.
public class MixedSamplingTests
{
    private const int Vocabulary = 200;

    private static readonly LlamaConfig s_config = TestConfigs.Blocks32 with { Layers = 1, HeadDim = 32, ContextLength = 256 };

    // The second of three sequences is read by the host.
    [Fact]
    public void Only_the_rows_that_the_host_reads_are_copied()
    {
        using var gpu = new GpuFixture();
        int[] allRead = Generate(gpu, _ => false, out _);
        int[] allDrawn = Generate(gpu, _ => true, out PtxCounters drawn);
        int[] mixed = Generate(gpu, sequence => sequence != 1, out PtxCounters counters);
        Assert.Equal(allRead, allDrawn);
        Assert.Equal(allRead, mixed);
        Assert.Equal(3 * sizeof(int), drawn.BytesFromDevice);
        Assert.Equal((2 + Vocabulary) * sizeof(int), counters.BytesFromDevice);
        Assert.Equal(1, counters.GraphLaunches);
    }

    // The device goes on with token 0 at the next position where it drew none; the host must not take that for the old batch.
    [Fact]
    public void Logits_that_allow_no_token_allow_none_the_next_time()
    {
        using var gpu = new GpuFixture();
        using Transformer transformer = Open(gpu, poisoned: 1);
        var sequence = new KvSequence(64);
        transformer.Cache.TryExtend(sequence, 64);
        var batch = new Batch(1);
        int[] drawn = [0];
        foreach ((int token, bool isPoisoned) in ((int, bool)[])[(1, true), (1, true), (2, false), (1, true), (2, false)])
        {
            batch.Clear();
            batch.Append(
                [token], 0, sequence.Pages, transformer.RopeFor(0), Batch.Outputs.Last,
                new SampleParameters(1, 0, Temperature: 0, 1, 0, 0, Vocabulary));
            transformer.Forward(batch, [], drawn);
            Assert.Equal(isPoisoned, drawn[0] < 0);
        }
    }

    // Greedy tokens of three sequences that start with different prompts, and what the last step cost.
    private static int[] Generate(GpuFixture gpu, Func<int, bool> isDrawn, out PtxCounters lastStep)
    {
        const int Sequences = 3, Steps = 6, PromptLength = 5;
        using Transformer transformer = Open(gpu);
        KvSequence[] cache = [.. Enumerable.Range(0, Sequences).Select(_ => new KvSequence(64))];
        foreach (KvSequence sequence in cache) transformer.Cache.TryExtend(sequence, 64);
        var batch = new Batch(Sequences * PromptLength);
        var logits = new float[Sequences * Vocabulary];
        int[] drawn = new int[Sequences], next = new int[Sequences];
        var tokens = new List<int>();
        lastStep = default;
        for (int step = 0; step < Steps; step++)
        {
            batch.Clear();
            for (int i = 0; i < Sequences; i++)
            {
                int[] input = step == 0 ? [.. Enumerable.Range(7 * i, PromptLength)] : [next[i]];
                int position = step == 0 ? 0 : PromptLength + step - 1;
                batch.Append(
                    input, position, cache[i].Pages, transformer.RopeFor(0), Batch.Outputs.Last,
                    isDrawn(i) ? new SampleParameters(1, (ulong)position, Temperature: 0, 1, 0, 0, Vocabulary) : null);
            }

            PtxCounters before = gpu.Driver.Counters;
            transformer.Forward(batch, logits, drawn);
            lastStep = gpu.Driver.Counters - before;
            int nextRead = 0, nextDrawn = 0;
            for (int i = 0; i < Sequences; i++)
                next[i] = isDrawn(i)
                    ? drawn[nextDrawn++]
                    : TensorPrimitives.IndexOfMax(logits.AsSpan(nextRead++ * Vocabulary, Vocabulary));
            tokens.AddRange(next);
        }

        return [.. tokens];
    }

    // poisoned: the token whose embedding is NaN.
    private static Transformer Open(GpuFixture gpu, int? poisoned = null)
    {
        var backend = new CudaBackend(new CudaContext(new CudaDriver(gpu.Driver.Find), 0));
        ModelSource source = ModelSource.Random(s_config, DType.Q8_0, seed: 3);
        if (poisoned is { } token)
        {
            Dictionary<TensorId, MatrixSource> tensors = ModelTensors.Of(s_config).ToDictionary(
                tensor => tensor.Id, tensor => (MatrixSource)ArrayMatrix.Random($"{tensor.Id}", tensor.Rows, tensor.Width));
            float[] embedding = Values.Uniform(Vocabulary * s_config.Width, 2);
            embedding.AsSpan(token * s_config.Width, s_config.Width).Fill(float.NaN);
            tensors[new(TensorRole.Embedding)] = new ArrayMatrix("embedding", Vocabulary, s_config.Width, embedding);
            var weights = new WeightLoader(s_config, RopePairing.SplitHalves, null, "poisoned", id => tensors[id]);
            source = source with { Weights = weights };
        }

        StepLimits step = ModelPlan.Of(source, new ModelOptions(), gpu.Provider).Step;
        backend.Reserve(step);
        return new Transformer(
            backend, s_config, source.Weights.Load(backend, _ => { }, TestContext.Current.CancellationToken),
            new KvCache(backend, s_config, DType.F16, 256), new RopeTables(backend, s_config, 128), step);
    }
}

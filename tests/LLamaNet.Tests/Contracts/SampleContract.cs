using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class SampleContract : BackendContract
{
    private const int Vocabulary = 300;

    private static readonly SampleParameters[] s_parameters =
    [
        new(Seed: 1, Index: 0, Temperature: 0, TopP: 1, MinP: 0, TopK: 0, Vocabulary),
        new(Seed: 2, Index: 7, Temperature: 0.8f, TopP: 0.9f, MinP: 0.01f, TopK: 40, Vocabulary),
        new(Seed: 3, Index: 1, Temperature: 1.5f, TopP: 1, MinP: 0, TopK: 0, Vocabulary),
    ];

    public static TheoryData<TestBackend> DrawingBackends => [.. TestBackend.Cuda];

    // Two rows of five are read by the host.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Rows_draw_what_the_host_draws(TestBackend kind)
    {
        Backend backend = Open(kind);
        using RopeTable rope = backend.RopeTable(16, 4, seed: 1);
        float[] logits = Values.Normal(5 * Vocabulary, 3, 2);
        using Tensor tensor = backend.Tensor(5, Vocabulary, logits);
        var batch = new Batch(5);
        foreach (SampleParameters? parameters in (SampleParameters?[])[s_parameters[0], null, s_parameters[1], null,
            s_parameters[2]])
            batch.Append([1], 3, [0], rope, Batch.Outputs.Last, parameters);
        if (backend.MaxSampledVocabulary == 0)
        {
            Assert.Throws<NotSupportedException>(() => backend.Sample(tensor, batch));
            Assert.Throws<NotSupportedException>(() => backend.ReadSampled(new int[3]));
            return;
        }

        var drawn = new int[3];
        backend.Step(batch, step => backend.Sample(tensor, step));
        backend.ReadSampled(drawn);
        Assert.Equal(HostSampler.Draw(logits[(2 * Vocabulary)..], s_parameters), drawn);
    }

    // From the second time on a device may replay what it has recorded.
    [Theory]
    [MemberData(nameof(DrawingBackends))]
    public void The_same_step_again_draws_from_its_own_logits(TestBackend kind)
    {
        Backend backend = Open(kind);
        using RopeTable rope = backend.RopeTable(16, 4, seed: 1);
        using Tensor tensor = backend.Allocate(DType.F32, 3, Vocabulary);
        for (int position = 0; position < 4; position++)
        {
            SampleParameters[] parameters = [.. s_parameters.Select(row => row with { Index = (ulong)position })];
            var batch = new Batch(3);
            foreach (SampleParameters row in parameters) batch.Append([1], position, [0], rope, Batch.Outputs.Last, row);
            float[] logits = Values.Normal(3 * Vocabulary, position, 2);
            backend.Write(tensor, logits);
            var drawn = new int[3];
            backend.Step(batch, step => backend.Sample(tensor, step));
            backend.ReadSampled(drawn);
            Assert.Equal(HostSampler.Draw(logits, parameters), drawn);
        }
    }

    [Theory]
    [MemberData(nameof(DrawingBackends))]
    public void Logits_that_allow_no_token_draw_minus_one(TestBackend kind)
    {
        Backend backend = Open(kind);
        using RopeTable rope = backend.RopeTable(16, 4, seed: 1);
        float[] logits = Values.Normal(3 * Vocabulary, 3);
        logits[5] = float.NaN;
        logits[2 * Vocabulary + 299] = float.PositiveInfinity;
        using Tensor tensor = backend.Tensor(3, Vocabulary, logits);
        var batch = new Batch(3);
        foreach (SampleParameters row in s_parameters) batch.Append([1], 3, [0], rope, Batch.Outputs.Last, row);
        var drawn = new int[3];
        backend.Step(batch, step => backend.Sample(tensor, step));
        backend.ReadSampled(drawn);
        int expected = HostSampler.Draw(logits[Vocabulary..(2 * Vocabulary)], [s_parameters[1]])[0];
        Assert.Equal([-1, expected, -1], drawn);
    }
}

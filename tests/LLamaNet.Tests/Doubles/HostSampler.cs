using LLamaNet.Backends;
using LLamaNet.Sampling;

namespace LLamaNet.Tests.Doubles;

// What the host draws where a device is asked to.
internal static class HostSampler
{
    // logits: a row for each of the parameters.
    public static int[] Draw(float[] logits, IReadOnlyList<SampleParameters> parameters)
    {
        int vocabulary = logits.Length / parameters.Count;
        var workspace = new SamplerWorkspace(vocabulary);
        return [.. parameters.Select((row, i) =>
        {
            var options =
                new GenerationOptions { Temperature = row.Temperature, TopK = row.TopK, TopP = row.TopP, MinP = row.MinP };
            var sampler = new Sampler(new GenerationSettings(options, new(), vocabulary), row.Seed, [], workspace);
            return sampler.Sample(logits.AsSpan(i * vocabulary, vocabulary), (int)row.Index);
        })];
    }
}

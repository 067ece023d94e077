using System.Diagnostics;

namespace LLamaNet.Runner.Measurement;

// Times one loaded model. The best of the repetitions counts: on a machine that others use too, only the best repeats.
internal sealed class ModelSpeed(
    LlamaModel model, ModelOptions options, string name, string type, int repetitions, MemoryBandwidth bandwidth)
{
    public const int DecodePromptTokens = 8;
    private const int IdSeed = 1;

    // The first calls pay for just-in-time compilation.
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        int tokens = Math.Min(DecodePromptTokens, model.ContextLength);
        await model.ComputeLogitsAsync(RandomIds(tokens), static (_, _) => { }, tokens - 1, cancellationToken);
    }

    public async Task<BenchLine> PrefillAsync(int tokens, CancellationToken cancellationToken)
    {
        int[] ids = RandomIds(tokens);
        (TimeSpan time, double available) = await BestAsync(async () =>
        {
            long started = Stopwatch.GetTimestamp();
            await model.ComputeLogitsAsync(ids, static (_, _) => { }, tokens - 1, cancellationToken);
            return Stopwatch.GetElapsedTime(started);
        });

        // The weights are read once for each chunk of the prompt.
        int passes = (tokens + options.PrefillChunk - 1) / options.PrefillChunk;
        return Line(BenchLine.Prefill, tokens, tokens, passes, time, available);
    }

    public async Task<BenchLine> DecodeAsync(int tokens, CancellationToken cancellationToken)
    {
        int[] ids = RandomIds(DecodePromptTokens);
        var generation = new GenerationOptions { MaxTokens = tokens, Temperature = 0, TopK = 0, TopP = 1, RepetitionPenalty = 1, IgnoreEndTokens = true };
        (TimeSpan time, double available) = await BestAsync(async () =>
        {
            GenerationResult? result = null;
            await foreach (GeneratedPart part in model.GenerateAsync(ids, generation, cancellationToken)) result = part.Result ?? result;
            if (result?.Tokens.Count != tokens)
                throw new CommandException($"decoding made {result?.Tokens.Count ?? 0} tokens of {tokens}");
            return result.Timings.Decode;
        });

        // The first token comes out of the prompt's last step; each further one reads the weights once.
        return Line(BenchLine.Decode, tokens, tokens - 1, tokens - 1, time, available);
    }

    private async Task<(TimeSpan Time, double Bandwidth)> BestAsync(Func<Task<TimeSpan>> run)
    {
        double before = bandwidth.Measure();
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < repetitions; i++)
        {
            TimeSpan time = await run();
            if (time < best) best = time;
        }

        return (best, Math.Max(before, bandwidth.Measure()));
    }

    private BenchLine Line(string kind, int tokens, int timedTokens, int passes, TimeSpan time, double available) => new(
        kind, name, type, tokens, bandwidth.Threads, timedTokens / time.TotalSeconds, passes * (double)model.WeightBytesPerToken / time.TotalSeconds, available);

    private int[] RandomIds(int count)
    {
        // Speed, not secrecy: the same ids each time.
#pragma warning disable CA5394
        var random = new Random(IdSeed);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) ids[i] = random.Next(model.Config.VocabularySize);
#pragma warning restore CA5394
        return ids;
    }
}

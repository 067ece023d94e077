using System.Diagnostics;

namespace LLamaNet.Console.Measurement;

// Times one loaded model. The best of the repetitions counts: on a machine that others use too, only the best repeats.
internal sealed class ModelSpeed(LlamaModel model, string name, string type, int repetitions, int threads)
{
    private const int WarmUpTokens = 8;
    private const int IdSeed = 1;

    // The first calls pay for just-in-time compilation.
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        int tokens = Math.Min(WarmUpTokens, model.ContextLength);
        await model.ComputeLogitsAsync(RandomIds(tokens), static (_, _) => { }, tokens - 1, cancellationToken);
    }

    public async Task<BenchLine> PrefillAsync(int tokens, CancellationToken cancellationToken)
    {
        int[] ids = RandomIds(tokens);
        (TimeSpan time, MachineCeilings? ceilings) = await BestAsync(async () =>
        {
            long started = Stopwatch.GetTimestamp();
            await model.ComputeLogitsAsync(ids, static (_, _) => { }, tokens - 1, cancellationToken);
            return Stopwatch.GetElapsedTime(started);
        });

        // The weights are read once for each chunk of the prompt, and multiplied by each token; only the last one has logits.
        int passes = (tokens + model.PrefillChunk - 1) / model.PrefillChunk;
        long logits = (long)model.Config.VocabularySize * model.Config.Width;
        double multiplyAdds = tokens * (double)(model.MultiplyAddsPerToken - logits) + logits;
        return Line(BenchLine.Prefill, 0, tokens, tokens, passes, 0, multiplyAdds, time, ceilings);
    }

    public async Task<BenchLine> DecodeAsync(int context, int tokens, CancellationToken cancellationToken)
    {
        int[] ids = RandomIds(context);
        var generation = new GenerationOptions
        {
            MaxOutputTokens = tokens,
            Temperature = 0,
            TopK = 0,
            TopP = 1,
            RepetitionPenalty = 1,
            IgnoreEndTokens = true,
        };
        (TimeSpan time, MachineCeilings? ceilings) = await BestAsync(async () =>
        {
            GenerationResult? result = null;
            await foreach (GeneratedPart part in model.GenerateAsync(ids, generation, cancellationToken: cancellationToken))
                result = part.Result ?? result;
            if (result?.Tokens.Count != tokens)
                throw new CommandException($"decoding made {result?.Tokens.Count ?? 0} tokens of {tokens}");
            return result.Timings.Decode;
        });

        // The first token comes out of the prompt's last step; each further one reads the weights once, and the keys and values
        // of all positions up to its own.
        int steps = tokens - 1;
        double positions = steps * (context + (steps + 1) / 2.0);
        double multiplyAdds = steps * (double)model.MultiplyAddsPerToken;
        return Line(BenchLine.Decode, context, tokens, steps, steps, positions, multiplyAdds, time, ceilings);
    }

    private async Task<(TimeSpan Time, MachineCeilings? Ceilings)> BestAsync(Func<Task<TimeSpan>> run)
    {
        MachineCeilings? before = Ceilings();
        model.TakeTrace(); // what came before is not this line's
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < repetitions; i++)
        {
            TimeSpan time = await run();
            if (time < best) best = time;
        }

        return (best, before?.Best(Ceilings()!));

        // Those of the processor say nothing about a GPU.
        MachineCeilings? Ceilings() => model.Device.Kind == DeviceKind.Cpu ? MachineCeilings.Measure(threads) : null;
    }

    private BenchLine Line(
        string kind, int context, int tokens, int timedTokens, int passes, double positions, double multiplyAdds, TimeSpan time,
        MachineCeilings? ceilings)
    {
        double seconds = time.TotalSeconds;
        return new BenchLine(
            kind, name, type, context, tokens, threads, model.Device.Name, timedTokens / seconds,
            passes * (double)model.WeightBytesPerToken / seconds, positions * model.KvCacheBytesPerToken / seconds,
            2 * multiplyAdds / seconds,
            ceilings)
        {
            Trace = model.TakeTrace(),
        };
    }

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

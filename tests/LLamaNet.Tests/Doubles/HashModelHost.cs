using System.Text;
using LLamaNet.Engine;
using LLamaNet.Sampling;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// A scheduler over a HashModel, and what it must generate, computed alone and without a cache.
internal sealed class HashModelHost : IDisposable
{
    public HashModelHost(
        int contextLength = 256, int? cacheTokens = null, int vocabulary = 97, int maxSequences = 8, int prefillChunk = 24,
        int? maxOutputs = null,
        bool canSample = false)
    {
        Tokenizer = new ByteTokenizer(vocabulary);
        ContextLength = contextLength;
        Model = new HashModel(
            vocabulary, cacheTokens ?? 4 * contextLength, maxSequences + prefillChunk, maxOutputs ?? maxSequences)
        {
            CanSample = canSample,
        };
        Scheduler = new Scheduler(Model, new SchedulerLimits(contextLength, maxSequences, prefillChunk));
        Generator = new Generator(Scheduler, Tokenizer, new GenerationOptions());
    }

    public int ContextLength { get; }

    public ByteTokenizer Tokenizer { get; }

    public HashModel Model { get; }

    public Scheduler Scheduler { get; }

    public Generator Generator { get; }

    public static int[] Prompt(int length, int salt) =>
        [.. Enumerable.Range(0, length).Select(i => (i * 7 + salt * 13 + 1) % 90)];

    // Reads the whole stream and checks that its parts make up the result.
    public async Task<GenerationResult> GenerateAsync(
        int[] prompt, GenerationOptions options, IProgress<PrefillProgress>? progress = null,
        CancellationToken? cancellationToken = null)
    {
        var text = new StringBuilder();
        var tokens = new List<GeneratedToken>();
        GenerationResult? result = null;
        await foreach (GeneratedPart part in Generator.GenerateAsync(prompt, options, progress,
            cancellationToken ?? TestContext.Current.CancellationToken))
        {
            Assert.Null(result);
            text.Append(part.Text);
            tokens.AddRange(part.Tokens);
            result = part.Result;
        }

        Assert.NotNull(result);
        Assert.Equal(text.ToString(), result.Text);
        Assert.Equal(tokens, result.Tokens);
        Assert.Equal(prompt.Length, result.PromptTokens);
        return result;
    }

    public void AssertExpected(GenerationResult actual, int[] prompt, GenerationOptions options)
    {
        (int[] ids, string text, FinishReason reason, string? stop) = Expected(prompt, options);
        Assert.Equal(ids, actual.Tokens.Select(token => token.Id));
        Assert.Equal(text, actual.Text);
        Assert.Equal(reason, actual.FinishReason);
        Assert.Equal(stop, actual.StopSequence);
    }

    // Ended requests give their pages back just after their readers are told.
    public void AssertPagesBecomeFree() =>
        Assert.True(
            SpinWait.SpinUntil(() => Model.AllPagesAreFree, TimeSpan.FromSeconds(10)),
            $"{Model.Cache.FreePages} of {Model.Cache.PageCount} pages are free");

    public void Dispose()
    {
        Scheduler.Dispose();
        Assert.True(Model.AllPagesAreFree);
        Model.Dispose();
    }

    private (int[] Ids, string Text, FinishReason Reason, string? Stop) Expected(int[] prompt, GenerationOptions options)
    {
        int vocabulary = Model.Config.VocabularySize;
        var settings = new GenerationSettings(options, new(), vocabulary);
        var sampler = new Sampler(settings, options.Seed!.Value, prompt, new SamplerWorkspace(vocabulary));
        List<int> context = [.. prompt];
        var logits = new float[vocabulary];
        while (true)
        {
            HashModel.Logits(context.ToArray(), prompt.Length, logits);
            context.Add(sampler.Sample(logits, context.Count - prompt.Length));
            sampler.Observe(context.ToArray());

            int[] ids = [.. context.Skip(prompt.Length)];
            // A character whose bytes are not all there yet is no text.
            string text = Tokenizer.Text(ids);
            string whole = text.TrimEnd('\uFFFD');
            FinishReason? reason =
                ids[^1] == 0 && !options.IgnoreEndTokens ? FinishReason.EndToken
                : options.StopSequences.Any(stop => whole.Contains(stop, StringComparison.Ordinal)) ? FinishReason.StopSequence
                : ids.Length == options.MaxOutputTokens ? FinishReason.MaxOutputTokens
                : context.Count > ContextLength ? FinishReason.ContextFull
                : null;
            if (reason is null) continue;
            string? stop = reason == FinishReason.StopSequence
                ? options.StopSequences.Where(stop => whole.Contains(stop, StringComparison.Ordinal))
                    .MinBy(stop => (whole.IndexOf(stop, StringComparison.Ordinal) + stop.Length, -stop.Length))
                : null;
            return (ids, stop is null ? text : whole[..whole.IndexOf(stop, StringComparison.Ordinal)], reason.Value, stop);
        }
    }
}

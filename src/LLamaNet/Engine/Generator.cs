using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LLamaNet.Sampling;

namespace LLamaNet.Engine;

// What callers of a model ask for, checked at the call, run by the scheduler.
// tokenizer: null for a model without one; then there is no text and no end token. defaults: for options that are null.
internal sealed class Generator(Scheduler scheduler, ModelTokenizer? tokenizer, GenerationOptions defaults)
{
    // Ids beyond the tokenizer's stand for nothing: rows that pad the matrices.
    private readonly int _vocabulary = Math.Min(scheduler.Vocabulary, tokenizer?.VocabularySize ?? int.MaxValue);

    private readonly AsyncLocal<Visit?> _visit = new();

    // Each enumeration is a generation of its own; leaving it early ends it within one step.
    public IAsyncEnumerable<GeneratedPart> GenerateAsync(
        IReadOnlyList<int> promptTokens, GenerationOptions options, IProgress<PrefillProgress>? progress,
        CancellationToken cancellationToken)
    {
        int[] prompt = CheckTokens(promptTokens, nameof(promptTokens));
        var settings = new GenerationSettings(options, defaults, scheduler.Vocabulary);
        if (settings.StopSequences.Length > 0 && tokenizer is null)
            throw new ArgumentException("Stop sequences need a tokenizer, and this model has none.", nameof(options));
        scheduler.ThrowIfDisposed();
        return RunAsync(prompt, settings, progress, cancellationToken);
    }

    // visit runs on the decoding thread: while it does, other generations wait.
    public Task ComputeLogitsAsync(
        IReadOnlyList<int> tokens, LogitsVisitor visit, int firstPosition, CancellationToken cancellationToken)
    {
        int[] copy = CheckTokens(tokens, nameof(tokens));
        ArgumentNullException.ThrowIfNull(visit);
        ArgumentOutOfRangeException.ThrowIfNegative(firstPosition);
        var request = new LogitsRequest(copy, Guard(visit), firstPosition, scheduler.ContextLength, cancellationToken);
        Submit(request);
        return request.Completion;
    }

    // progress: told by the reader of the stream, so that the decoding thread never runs the caller's code.
    private async IAsyncEnumerable<GeneratedPart> RunAsync(
        int[] prompt, GenerationSettings settings, IProgress<PrefillProgress>? progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new GenerationRequest(
            prompt, settings, tokenizer, _vocabulary, scheduler.ContextLength, scheduler.Workspace, progress is not null,
            cancellationToken);
        Submit(request);
        ChannelReader<GenerationRequest.Event> events = request.Events;
        try
        {
            while (await events.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (events.TryRead(out GenerationRequest.Event next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (next.Part is null) progress!.Report(next.Progress);
                    else yield return next.Part;
                }
            }
        }
        finally
        {
            request.Abandon();
        }
    }

    private void Submit(Request request)
    {
        if (_visit.Value is { IsUnderWay: true })
            throw new InvalidOperationException("A visitor of logits cannot use its own model: the model waits for the visitor.");
        scheduler.Submit(request);
    }

    // Marks what the visitor calls or starts, on whichever thread it runs, for as long as the visitor runs.
    private LogitsVisitor Guard(LogitsVisitor visit) => (position, logits) =>
    {
        var current = new Visit { IsUnderWay = true };
        _visit.Value = current;
        try
        {
            visit(position, logits);
        }
        finally
        {
            current.IsUnderWay = false;
            _visit.Value = null;
        }
    };

    private int[] CheckTokens(IReadOnlyList<int> tokens, string name)
    {
        ArgumentNullException.ThrowIfNull(tokens, name);
        int[] copy = [.. tokens];
        if (copy.Length == 0) throw new ArgumentException("There must be at least one token.", name);
        if (copy.Length > scheduler.ContextLength)
            throw new ArgumentException($"There are {copy.Length} tokens and the context holds {scheduler.ContextLength}.", name);
        foreach (int id in copy)
        {
            if (id < 0 || id >= scheduler.Vocabulary)
                throw new ArgumentException($"Token id {id} is not in the vocabulary of {scheduler.Vocabulary}.", name);
        }

        return copy;
    }

    private sealed class Visit
    {
        public volatile bool IsUnderWay;
    }
}

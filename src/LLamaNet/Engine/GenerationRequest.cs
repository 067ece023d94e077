using System.Collections.Frozen;
using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text;
using System.Threading.Channels;
using LLamaNet.Backends;
using LLamaNet.Sampling;

namespace LLamaNet.Engine;

// Continues a prompt token by token. What happens is written to a channel, so that nothing the reader does, or fails to
// do, holds up the decoding thread.
internal sealed class GenerationRequest : Request
{
    // Room for this many tokens is made at the start; longer answers grow their lists as they go.
    private const int ReservedTokens = 4096;

    private readonly GenerationSettings _settings;
    private readonly IReadOnlySet<int> _endIds;
    private readonly int _vocabulary;
    private readonly ulong _seed;
    private readonly Sampler _sampler;
    private readonly SamplerWorkspace _workspace;
    private readonly bool _reportsPrefill;
    private readonly TextStream _stream;
    private readonly StringBuilder _text = new();
    private readonly List<GeneratedToken> _generated;
    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>(new() { SingleReader = true, SingleWriter = true });
    private readonly long _submitted = Stopwatch.GetTimestamp();
    private long _started;
    private long _firstToken;
    private int _reportedTokens;

    // vocabulary: ids that may be generated; a model may have more, for the sake of round matrices.
    public GenerationRequest(
        int[] prompt, GenerationSettings settings, ModelTokenizer? tokenizer, int vocabulary, int contextLength,
        SamplerWorkspace workspace, bool reportsPrefill, CancellationToken cancellationToken)
        : base(prompt, contextLength, cancellationToken)
    {
        _settings = settings;
        _endIds = tokenizer is null || settings.IgnoreEndTokens ? FrozenSet<int>.Empty : tokenizer.EndIds;
        _vocabulary = vocabulary;
        _seed = settings.Seed ?? (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
        _sampler = new Sampler(settings, _seed, prompt, workspace);
        _workspace = workspace;
        _reportsPrefill = reportsPrefill;
        _stream = new TextStream(tokenizer?.CreateDecoder(continuation: true), settings.StopSequences);

        int reserved = Math.Min(Math.Min(settings.MaxOutputTokens, contextLength - prompt.Length + 1), ReservedTokens);
        _generated = new List<GeneratedToken>(reserved);
        EnsureCapacity(prompt.Length + reserved);
    }

    public ChannelReader<Event> Events => _events.Reader;

    public override (int Count, Batch.Outputs Outputs) NextChunk(int tokens, int outputs) =>
        tokens >= Remaining ? (Remaining, Batch.Outputs.Last) : (tokens, Batch.Outputs.None);

    public override void Start() => _started = Stopwatch.GetTimestamp();

    public override void Advance(int count)
    {
        base.Advance(count);
        // Not again for what is computed a second time after preemption.
        if (!_reportsPrefill || Computed <= _reportedTokens || _reportedTokens == PromptLength) return;
        _reportedTokens = Math.Min(Computed, PromptLength);
        _events.Writer.TryWrite(new Event(null, new PrefillProgress(_reportedTokens, PromptLength)));
    }

    public override SampleParameters? Sampling => _settings.IsPlain
        ? new(_seed, (ulong)_generated.Count, _settings.Temperature, _settings.TopP, _settings.MinP, _settings.TopK, _vocabulary)
        : null;

    public override void Accept(int position, ReadOnlySpan<float> logits)
    {
        logits = logits[.._vocabulary];
        if (!float.IsFinite(TensorPrimitives.Max(logits))) throw new NonFiniteLogitsException(position, Number);
        int id = _sampler.Sample(logits, _generated.Count);
        if (id < 0) throw new NonFiniteLogitsException(position, Number);
        Take(_settings.LogProbabilities
            ? LogProbabilities.Report(id, logits, _settings.TopLogProbabilities, _workspace)
            : new GeneratedToken(id, null, []));
    }

    public override void Accept(int position, int token)
    {
        if (token < 0) throw new NonFiniteLogitsException(position, Number);
        Take(new GeneratedToken(token, null, []));
    }

    public override void Fail(Exception exception)
    {
        IsFinished = true;
        _events.Writer.TryComplete(exception);
    }

    private void Take(GeneratedToken token)
    {
        int id = token.Id;
        if (_generated.Count == 0) _firstToken = Stopwatch.GetTimestamp();
        _generated.Add(token);
        Append(id);
        _sampler.Observe(Tokens);

        bool isEnd = _endIds.Contains(id);
        string text = isEnd ? "" : _stream.Append(id);
        FinishReason? reason =
            isEnd ? FinishReason.EndToken
            : _stream.StopSequence is not null ? FinishReason.StopSequence
            : _generated.Count == _settings.MaxOutputTokens ? FinishReason.MaxOutputTokens
            : Tokens.Length > ContextLength ? FinishReason.ContextFull
            : null;
        if (reason is not null and not FinishReason.StopSequence) text += _stream.Finish();
        _text.Append(text);
        _events.Writer.TryWrite(
            new Event(new GeneratedPart(text, [token], reason is null ? null : Result(reason.Value)), default));
        if (reason is null) return;
        IsFinished = true;
        _events.Writer.Complete();
    }

    private GenerationResult Result(FinishReason reason)
    {
        // Bytes left in the decoder may have completed a stop sequence after all.
        if (_stream.StopSequence is not null) reason = FinishReason.StopSequence;
        var timings = new GenerationTimings(
            Stopwatch.GetElapsedTime(_submitted, _started),
            Stopwatch.GetElapsedTime(_started, _firstToken),
            Stopwatch.GetElapsedTime(_firstToken));
        return new GenerationResult(_text.ToString(), _generated, PromptLength, reason, _stream.StopSequence, _seed, timings);
    }

    // A part, or else how far the prompt is.
    public readonly record struct Event(GeneratedPart? Part, PrefillProgress Progress);
}

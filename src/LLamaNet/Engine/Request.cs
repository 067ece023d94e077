using System.Diagnostics;
using System.Runtime.InteropServices;
using LLamaNet.Backends;
using LLamaNet.Models;

namespace LLamaNet.Engine;

// Work for the scheduler: one sequence of tokens and what is to be made of its logits. Belongs to the decoding thread once
// submitted; only Abandon may be called from elsewhere.
[DebuggerDisplay("#{Number}: {Computed} of {Computed + Remaining} tokens computed, {PromptLength} of the prompt")]
internal abstract class Request(int[] prompt, int contextLength, CancellationToken cancellationToken)
{
    private readonly List<int> _tokens = [.. prompt];
    private volatile bool _isAbandoned;

    // Since the model was loaded, from 1.
    public long Number { get; set; }

    public int PromptLength => prompt.Length;

    public KvSequence Kv { get; } = new(contextLength);

    // Made when the request is first admitted and kept through preemption: the frequencies may depend on the prompt's length.
    public RopeTable? Rope { get; set; }

    // Prompt and generated tokens.
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    // Tokens whose keys and values are in the cache.
    public int Computed { get; private set; }

    public int Remaining => _tokens.Count - Computed;

    // Nothing remains to be computed and the caller was told.
    public bool IsFinished { get; protected set; }

    public bool IsCancelled => _isAbandoned || cancellationToken.IsCancellationRequested;

    protected int ContextLength => contextLength;

    // Tokens to compute in the next step, at most `tokens`, at most `outputs` of them with logits; 0 to sit it out.
    public abstract (int Count, Batch.Outputs Outputs) NextChunk(int tokens, int outputs);

    // Before the first step.
    public virtual void Start()
    {
    }

    // After each step, before its logits.
    public virtual void Advance(int count) => Computed += count;

    // How to draw the next token, when that is all its logits are for and no more than the settings say; null: they are wanted.
    public virtual SampleParameters? Sampling => null;

    // The logits after a position; valid during the call only.
    public abstract void Accept(int position, ReadOnlySpan<float> logits);

    // The token drawn after a position, by Sampling; -1: the logits allow none.
    public virtual void Accept(int position, int token) => throw new InvalidOperationException("This request draws no token.");

    public abstract void Fail(Exception exception);

    public void Cancel() => Fail(new OperationCanceledException(cancellationToken));

    // Nobody waits for the result any more.
    public void Abandon() => _isAbandoned = true;

    // The cache was taken away; everything is computed again.
    public void Restart() => Computed = 0;

    protected void Append(int token) => _tokens.Add(token);

    protected void EnsureCapacity(int tokens) => _tokens.EnsureCapacity(tokens);
}

using LLamaNet.Backends;
using LLamaNet.Models;
using LLamaNet.Sampling;

namespace LLamaNet.Engine;

// Continuous batching: a thread that computes, step after step, one token of every running sequence together with a share
// of the prompts still to be read. Requests are admitted in the order they came. When the key/value cache is full the
// youngest sequence gives up its pages and is computed again later; its reader does not notice.
internal sealed class Scheduler : IDisposable
{
    private readonly IForwardPass _model;
    private readonly SchedulerLimits _limits;
    private readonly Batch _batch;
    private readonly float[] _logits; // [maxOutputs, vocabulary]
    private readonly int[] _drawn; // [maxOutputs]
    private readonly List<(Request Request, int Count, int Read, int Sampled)> _step = []; // the batch's segments, in order
    private readonly List<Request> _running = []; // oldest first
    private readonly LinkedList<Request> _waiting = []; // first to be admitted first
    private readonly Thread _thread;

    private readonly object _gate = new(); // guards the three below
    private readonly Queue<Request> _submitted = [];
    private long _submittedCount;
    private bool _isDisposed;

    public Scheduler(IForwardPass model, SchedulerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxSequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.PrefillChunk, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(model.MaxRows, limits.MaxSequences);
        ArgumentOutOfRangeException.ThrowIfLessThan(model.MaxOutputs, limits.MaxSequences);
        // One sequence alone always fits, so the oldest always gets on.
        ArgumentOutOfRangeException.ThrowIfLessThan(model.Cache.PageCount, KvLayer.PagesFor(limits.ContextLength));
        _model = model;
        _limits = limits;
        _batch = new Batch(model.MaxRows);
        _logits = new float[model.MaxOutputs * model.Config.VocabularySize];
        _drawn = new int[model.MaxOutputs];
        Workspace = new SamplerWorkspace(model.Config.VocabularySize);
        _thread = new Thread(Run) { IsBackground = true, Name = "LLamaNet decoding" };
        _thread.Start();
    }

    public int ContextLength => _limits.ContextLength;

    public int Vocabulary => _model.Config.VocabularySize;

    // For the samplers of this scheduler's requests.
    public SamplerWorkspace Workspace { get; }

    public void Submit(Request request)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            request.Number = ++_submittedCount;
            _submitted.Enqueue(request);
            Monitor.Pulse(_gate);
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(LlamaModel));

    // Ends all requests with ObjectDisposedException after the step that is under way.
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }

        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void Run()
    {
        while (TakeSubmitted())
        {
            try
            {
                Step();
            }
#pragma warning disable CA1031 // A failed step is told to those who took part in it; the others go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                while (_running.Count > 0) End(_running[^1], exception);
            }
        }

        var disposed = new ObjectDisposedException(nameof(LlamaModel));
        while (_running.Count > 0) End(_running[^1], disposed);
        foreach (Request request in _waiting.Concat(_submitted)) request.Fail(disposed);
    }

    // Sleeps while there is nothing to do; false when it is time to end.
    private bool TakeSubmitted()
    {
        lock (_gate)
        {
            while (!_isDisposed && _submitted.Count == 0 && _running.Count == 0 && _waiting.Count == 0) Monitor.Wait(_gate);
            if (_isDisposed) return false;
            while (_submitted.TryDequeue(out Request? request)) _waiting.AddLast(request);
            return true;
        }
    }

    private void Step()
    {
        DropCancelled();
        Admit();
        Assemble();
        if (_batch.Count == 0) return;
        _model.Forward(_batch, _logits, _drawn);
        Deliver();
    }

    private void DropCancelled()
    {
        for (int i = _running.Count - 1; i >= 0; i--)
        {
            Request request = _running[i];
            if (!request.IsCancelled) continue;
            Remove(request);
            request.Cancel();
        }

        for (LinkedListNode<Request>? node = _waiting.First, next; node is not null; node = next)
        {
            next = node.Next;
            if (!node.Value.IsCancelled) continue;
            _waiting.Remove(node);
            node.Value.Cancel();
        }
    }

    // Whole prompts are given their pages at once, so only growing answers can run out of them.
    private void Admit()
    {
        while (_waiting.First is { } node && _running.Count < _limits.MaxSequences
            && _model.Cache.TryExtend(node.Value.Kv, node.Value.Tokens.Length))
        {
            Request request = node.Value;
            _waiting.Remove(node);
            _running.Add(request);
            if (request.Rope is not null) continue;
            try
            {
                request.Rope = _model.RopeFor(request.PromptLength);
                request.Start();
            }
#pragma warning disable CA1031 // Told to the one it concerns.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                End(request, exception);
            }
        }
    }

    // Oldest first. Each sequence that needs one token gets it; the others share the prefill chunk in order of age.
    private void Assemble()
    {
        _batch.Clear();
        _step.Clear();
        int decoding = 0;
        foreach (Request request in _running) decoding += request.Remaining == 1 ? 1 : 0;
        int prefill = Math.Min(_limits.PrefillChunk, _batch.MaxRows - decoding);

        for (int i = 0; i < _running.Count; i++)
        {
            Request request = _running[i];
            bool isDecoding = request.Remaining == 1;
            int younger = _running.Count - 1 - i; // one row of logits is kept for each
            (int count, Batch.Outputs outputs) =
                request.NextChunk(isDecoding ? 1 : prefill, _model.MaxOutputs - _batch.OutputCount - younger);
            if (count == 0) continue;
            if (!TryMakeRoom(request, request.Computed + count)) break;
            if (!isDecoding) prefill -= count;

            int readBefore = _batch.ReadCount, sampledBefore = _batch.SampledCount;
            _batch.Append(
                request.Tokens.Slice(request.Computed, count), request.Computed, request.Kv.Pages, request.Rope!, outputs,
                _model.CanSample ? request.Sampling : null);
            _step.Add((request, count, _batch.ReadCount - readBefore, _batch.SampledCount - sampledBefore));
        }
    }

    // Takes the pages of the youngest sequences as long as there are too few; false when it came to this one itself.
    private bool TryMakeRoom(Request request, int length)
    {
        while (!_model.Cache.TryExtend(request.Kv, length))
        {
            Request youngest = _running[^1];
            Remove(youngest);
            youngest.Restart();
            _waiting.AddFirst(youngest);
            if (youngest == request) return false;
        }

        return true;
    }

    private void Deliver()
    {
        int vocabulary = Vocabulary, nextRead = 0, nextSampled = 0;
        foreach ((Request request, int count, int read, int sampled) in _step)
        {
            (int firstRead, int firstSampled) = (nextRead, nextSampled);
            (nextRead, nextSampled) = (nextRead + read, nextSampled + sampled);
            try
            {
                request.Advance(count);
                for (int i = 0; i < read; i++)
                    request.Accept(request.Computed - read + i, _logits.AsSpan((firstRead + i) * vocabulary, vocabulary));
                for (int i = 0; i < sampled; i++) request.Accept(request.Computed - sampled + i, _drawn[firstSampled + i]);
                if (request.IsFinished) Remove(request);
            }
#pragma warning disable CA1031 // Told to the one it concerns; the others go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                End(request, exception);
            }
        }
    }

    private void Remove(Request request)
    {
        _running.Remove(request);
        _model.Cache.Release(request.Kv);
    }

    private void End(Request request, Exception exception)
    {
        Remove(request);
        request.Fail(exception);
    }
}

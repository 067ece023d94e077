using LLamaNet.Backends;

namespace LLamaNet.Engine;

// Computes the logits of given tokens and shows those of the positions from firstPosition on, in order.
internal sealed class LogitsRequest(
    int[] tokens, LogitsVisitor visit, int firstPosition, int contextLength, CancellationToken cancellationToken)
    : Request(tokens, contextLength, cancellationToken)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextPosition = Math.Min(firstPosition, tokens.Length - 1);

    public Task Completion => _completion.Task;

    public override (int Count, Batch.Outputs Outputs) NextChunk(int tokens, int outputs)
    {
        int silent = _nextPosition - Computed;
        return silent > 0
            ? (Math.Min(tokens, silent), Batch.Outputs.None)
            : (Math.Min(Math.Min(tokens, outputs), Remaining), Batch.Outputs.All);
    }

    public override void Accept(int position, ReadOnlySpan<float> logits)
    {
        visit(position, logits);
        _nextPosition = position + 1;
        if (_nextPosition < PromptLength) return;
        IsFinished = true;
        _completion.SetResult();
    }

    public override void Fail(Exception exception)
    {
        IsFinished = true;
        if (exception is OperationCanceledException canceled) _completion.TrySetCanceled(canceled.CancellationToken);
        else _completion.TrySetException(exception);
    }
}

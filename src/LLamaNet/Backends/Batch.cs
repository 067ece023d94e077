using System.Diagnostics;

namespace LLamaNet.Backends;

// One step's input: runs of tokens of different sequences, back to back ("ragged"). Reused from step to step.
[DebuggerDisplay("{Count} rows of {Segments.Count} sequences, {OutputCount} outputs, {SampledCount} sampled")]
internal sealed class Batch(int maxRows)
{
    private readonly int[] _tokens = new int[maxRows];
    private readonly int[] _outputRows = new int[maxRows];
    private readonly SampleParameters[] _sampling = new SampleParameters[maxRows];
    private readonly List<Segment> _segments = [];

    public int MaxRows => maxRows;

    // Tokens in the batch; the rows of every activation.
    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public IReadOnlyList<Segment> Segments => _segments;

    // Rows with logits: those that the host reads, then those that the device draws from; each kind in ascending order.
    public ReadOnlySpan<int> OutputRows => _outputRows.AsSpan(0, OutputCount);

    public int OutputCount { get; private set; }

    public int SampledCount { get; private set; }

    // Rows whose logits the host reads.
    public int ReadCount => OutputCount - SampledCount;

    // How to draw a token from each of the last SampledCount rows with logits.
    public ReadOnlySpan<SampleParameters> Sampling => _sampling.AsSpan(0, SampledCount);

    // OutputRows is 0, 1, …, Count - 1.
    public bool OutputsAreRows => OutputCount == Count && (ReadCount == 0 || SampledCount == 0);

    // Every sequence computes one token, and its logits.
    public bool IsDecoding => _segments.Count == Count && OutputCount == Count;

    public void Clear()
    {
        Count = 0;
        OutputCount = 0;
        SampledCount = 0;
        _segments.Clear();
    }

    // Tokens of one sequence at positions firstPosition, firstPosition + 1, …; pages[p / PageLength] holds position p.
    // sampling: how the device draws from the last token's logits; null where the host reads the logits.
    public void Append(
        ReadOnlySpan<int> tokens, int firstPosition, int[] pages, RopeTable rope, Outputs outputs,
        SampleParameters? sampling = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, MaxRows - Count);
        tokens.CopyTo(_tokens.AsSpan(Count));
        _segments.Add(new Segment(Count, tokens.Length, firstPosition, pages, rope));
        if (sampling is { } parameters && outputs == Outputs.Last) AddSampled(Count + tokens.Length - 1, parameters);
        else if (outputs == Outputs.Last) AddRead(Count + tokens.Length - 1, 1);
        else if (outputs == Outputs.All) AddRead(Count, tokens.Length);
        Count += tokens.Length;
    }

    private void AddSampled(int row, SampleParameters parameters)
    {
        _outputRows[OutputCount++] = row;
        _sampling[SampledCount++] = parameters;
    }

    private void AddRead(int firstRow, int count)
    {
        int firstRead = ReadCount;
        OutputRows[firstRead..].CopyTo(_outputRows.AsSpan(firstRead + count));
        for (int i = 0; i < count; i++) _outputRows[firstRead + i] = firstRow + i;
        OutputCount += count;
    }

    public enum Outputs
    {
        None,
        Last,
        All,
    }

    // FirstRow: of the batch. Pages: the sequence's page table, long enough for its last position here.
    [DebuggerDisplay("rows {FirstRow} + {Count}, positions {FirstPosition} + {Count}")]
    public readonly record struct Segment(int FirstRow, int Count, int FirstPosition, int[] Pages, RopeTable Rope);
}

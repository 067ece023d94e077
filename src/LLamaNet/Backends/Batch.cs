namespace LLamaNet.Backends;

// One step's input: runs of tokens of different sequences, back to back ("ragged"). Reused from step to step.
internal sealed class Batch(int capacity)
{
    private readonly int[] _tokens = new int[capacity];
    private readonly int[] _outputRows = new int[capacity];
    private readonly SampleSettings[] _sampling = new SampleSettings[capacity];
    private readonly List<Segment> _segments = [];
    private int _sampled;

    public int Capacity => _tokens.Length;

    // Tokens in the batch; the rows of every activation.
    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public IReadOnlyList<Segment> Segments => _segments;

    // Rows whose logits are wanted, in ascending order.
    public ReadOnlySpan<int> OutputRows => _outputRows.AsSpan(0, OutputCount);

    public int OutputCount { get; private set; }

    // How to draw a token from each row of logits, when IsSampled.
    public ReadOnlySpan<SampleSettings> Sampling => _sampling.AsSpan(0, OutputCount);

    // Every row with logits serves to draw a token, and nothing else.
    public bool IsSampled => OutputCount > 0 && _sampled == OutputCount;

    // Every sequence computes one token, and its logits.
    public bool IsDecoding => _segments.Count == Count && OutputCount == Count;

    public void Clear()
    {
        Count = 0;
        OutputCount = 0;
        _sampled = 0;
        _segments.Clear();
    }

    // Tokens of one sequence at positions firstPosition, firstPosition + 1, …; pages[p / PageLength] holds position p.
    // sampling: what the logits of the last token are for, when it is only to draw the next one.
    public void Append(
        ReadOnlySpan<int> tokens, int firstPosition, int[] pages, RopeTable rope, Outputs outputs, SampleSettings? sampling = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Capacity - Count);
        tokens.CopyTo(_tokens.AsSpan(Count));
        _segments.Add(new Segment(Count, tokens.Length, firstPosition, pages, rope));
        int firstOutput = outputs switch
        {
            Outputs.All => 0,
            Outputs.Last => tokens.Length - 1,
            _ => tokens.Length,
        };
        for (int i = firstOutput; i < tokens.Length; i++) _outputRows[OutputCount++] = Count + i;
        if (sampling is { } settings && outputs == Outputs.Last)
        {
            _sampling[OutputCount - 1] = settings;
            _sampled++;
        }

        Count += tokens.Length;
    }

    public enum Outputs
    {
        None,
        Last,
        All,
    }

    // FirstRow: of the batch. Pages: the sequence's page table, long enough for its last position here.
    public readonly record struct Segment(int FirstRow, int Count, int FirstPosition, int[] Pages, RopeTable Rope);
}

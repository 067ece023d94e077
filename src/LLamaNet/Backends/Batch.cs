namespace LLamaNet.Backends;

// One step's input: runs of tokens of different sequences, back to back ("ragged"). Reused from step to step.
internal sealed class Batch(int capacity)
{
    private readonly int[] _tokens = new int[capacity];
    private readonly int[] _outputRows = new int[capacity];
    private readonly List<Segment> _segments = [];

    public int Capacity => _tokens.Length;

    // Tokens in the batch; the rows of every activation.
    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public IReadOnlyList<Segment> Segments => _segments;

    // Rows whose logits are wanted, in ascending order.
    public ReadOnlySpan<int> OutputRows => _outputRows.AsSpan(0, OutputCount);

    public int OutputCount { get; private set; }

    public void Clear()
    {
        Count = 0;
        OutputCount = 0;
        _segments.Clear();
    }

    // Tokens of one sequence at positions firstPosition, firstPosition + 1, …; pages[p / PageLength] holds position p.
    public void Append(ReadOnlySpan<int> tokens, int firstPosition, int[] pages, RopeTable rope, Outputs outputs)
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

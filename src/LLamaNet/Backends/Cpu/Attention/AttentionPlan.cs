using LLamaNet.Backends.Cpu.Memory;

namespace LLamaNet.Backends.Cpu.Attention;

// How attention over a batch is shared out. A piece of work is a block of queries, a run of key/value heads and, when single
// tokens are decoded, a span of the keys: heads lie side by side in a page, and memory is read in long runs. Keys are always
// summed span by span and the spans merged in order, so results do not depend on this choice. Reused from step to step.
internal sealed unsafe class AttentionPlan(MemoryCount memory) : IDisposable
{
    // Keys of a span.
    public const int SpanLength = 8 * KvLayer.PageLength;

    // Rows that use a tile while it is in the first-level cache, and below it with their states.
    private const int RowsPerBlock = 32;
    private const int PiecesPerThread = 4;

    private readonly List<QueryBlock> _blocks = [];
    private AttentionShape _shape;
    private NativeBlock? _partialStates;
    private int _headRuns; // of key/value heads, that different threads work on

    // Pieces of a block's keys that different threads work on; 1 when the keys are not split.
    public int Spans { get; private set; }

    public int Pieces => _blocks.Count * Spans * _headRuns;

    // Blocks of queries times key/value heads: what is left to merge when the keys are split.
    public int Merges => _blocks.Count * _shape.KvHeads;

    // Room for the states of one block and head.
    public int StateFloats { get; private set; }

    // Spans of the keys that a block sees, from FirstSpan on.
    public static int SpansOf(QueryBlock block) => SpansOf(block.EndKey) - FirstSpan(block);

    public static int FirstSpan(QueryBlock block) => block.FirstKey / SpanLength;

    // Bytes of partial states that every batch within the limits finds room in.
    public static long Bytes(StepLimits limits, int threads)
    {
        int spans = SpansOf(limits.MaxPositions);
        if (threads == 1 || spans == 1) return 0;
        AttentionShape shape = limits.Shape;
        int tokensPerBlock = TokensPerBlock(shape);
        long singles = tokensPerBlock == 1 ? limits.MaxRows : Math.Min(limits.MaxSegments, limits.MaxRows);
        long blocks = Math.Min(limits.MaxRows, (PiecesPerThread * threads - 1) / shape.KvHeads);
        return spans * shape.KvHeads * sizeof(float)
            * Math.Max(singles * FloatsOf(shape, tokens: 1), blocks * FloatsOf(shape, tokensPerBlock));
    }

    public void Reserve(StepLimits limits, int threads) => Reserve(Bytes(limits, threads));

    public void Build(Batch batch, AttentionShape shape, int threads)
    {
        _shape = shape;
        _blocks.Clear();
        int tokensPerBlock = TokensPerBlock(shape);
        int spans = 1;
        for (int index = 0; index < batch.Segments.Count; index++)
        {
            Batch.Segment segment = batch.Segments[index];
            for (int first = 0; first < segment.Count; first += tokensPerBlock)
            {
                int count = Math.Min(tokensPerBlock, segment.Count - first);
                int position = segment.FirstPosition + first;
                var block = new QueryBlock(segment.FirstRow + first, count, position, shape.FirstKey(position), segment.Pages);
                _blocks.Add(block);
                spans = Math.Max(spans, SpansOf(block));
            }
        }

        // Many queries keep the tiles of one head in the cache; single ones want memory in order.
        bool single = _blocks.TrueForAll(static block => block.Count == 1);
        StateFloats = FloatsOf(shape, single ? 1 : tokensPerBlock);
        Spans = threads > 1 && (single || _blocks.Count * shape.KvHeads < PiecesPerThread * threads) ? spans : 1;
        int runs = single ? (PiecesPerThread * threads + _blocks.Count * Spans - 1) / (_blocks.Count * Spans) : shape.KvHeads;
        _headRuns = Math.Min(runs, shape.KvHeads);
        if (Spans > 1) Reserve((long)_blocks.Count * Spans * shape.KvHeads * StateFloats * sizeof(float));
    }

    // The last blocks come first: they see the most keys.
    public Piece PieceAt(int index)
    {
        (index, int run) = Math.DivRem(index, _headRuns);
        (index, int span) = Math.DivRem(index, Spans);
        return new Piece(
            _blocks.Count - 1 - index, run * _shape.KvHeads / _headRuns, (run + 1) * _shape.KvHeads / _headRuns, span);
    }

    public QueryBlock Block(int index) => _blocks[index];

    // The states of a block's queries over a span, when the keys are split; those of the next head come behind.
    public float* PartialStates(int block, int span, int kvHead) =>
        (float*)_partialStates!.Pointer
        + (((long)block * Spans + span) * _shape.KvHeads + kvHead) * StateFloats;

    public void Dispose() => _partialStates?.Dispose();

    private static int SpansOf(int keys) => (keys + SpanLength - 1) / SpanLength;

    private static int TokensPerBlock(AttentionShape shape) => Math.Max(1, RowsPerBlock / shape.Group);

    // Of the states of one key/value head's queries of some tokens.
    private static int FloatsOf(AttentionShape shape, int tokens) => tokens * shape.Group * SoftmaxState.Stride(shape.HeadDim);

    private void Reserve(long bytes)
    {
        if (bytes == 0 || _partialStates?.Bytes >= bytes) return;
        _partialStates?.Dispose();
        _partialStates = new NativeBlock(bytes, memory);
    }

    // Block: index of a block of queries. Heads firstHead to endHead - 1. Span: of the block's, 0 for its FirstSpan.
    public readonly record struct Piece(int Block, int FirstHead, int EndHead, int Span);
}

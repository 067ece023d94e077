namespace LLamaNet.Backends.Cpu.Operations;

// How attention over a batch is shared out. A piece of work is a block of queries and a key/value head; when those are too
// few to occupy the threads (one long sequence being decoded), also a span of the keys. Keys are always summed span by
// span and the spans merged in order, so results do not depend on this choice. Reused from step to step.
internal sealed unsafe class AttentionPlan : IDisposable
{
    // Keys of a span.
    public const int SpanLength = 8 * KvLayer.PageLength;

    // Rows that use a tile while it is in the first-level cache, and below it with their states.
    private const int RowsPerBlock = 32;
    private const int PiecesPerThread = 2;

    private readonly List<QueryBlock> _blocks = [];
    private AttentionShape _shape;
    private NativeBlock? _partialStates;

    // Pieces of a block's keys that different threads work on; 1 when the keys are not split.
    public int Spans { get; private set; }

    public int Pieces => _blocks.Count * Spans * _shape.KvHeads;

    // Blocks of queries times key/value heads: what is left to merge when the keys are split.
    public int Merges => _blocks.Count * _shape.KvHeads;

    public static int SpansOf(QueryBlock block) => (block.Keys + SpanLength - 1) / SpanLength;

    public void Build(Batch batch, AttentionShape shape, int threads)
    {
        _shape = shape;
        _blocks.Clear();
        int tokensPerBlock = Math.Max(1, RowsPerBlock / shape.Group);
        int spans = 1;
        for (int index = 0; index < batch.Segments.Count; index++)
        {
            Batch.Segment segment = batch.Segments[index];
            for (int first = 0; first < segment.Count; first += tokensPerBlock)
            {
                int count = Math.Min(tokensPerBlock, segment.Count - first);
                var block = new QueryBlock(segment.FirstRow + first, count, segment.FirstPosition + first, segment.Pages);
                _blocks.Add(block);
                spans = Math.Max(spans, SpansOf(block));
            }
        }

        Spans = threads > 1 && _blocks.Count * shape.KvHeads < PiecesPerThread * threads ? spans : 1;
        if (Spans > 1) Reserve((long)Pieces * StateFloats(tokensPerBlock) * sizeof(float));
    }

    // The last blocks come first: they see the most keys.
    public (QueryBlock Block, int KvHead, int Span) Piece(int index)
    {
        (index, int kvHead) = Math.DivRem(index, _shape.KvHeads);
        (index, int span) = Math.DivRem(index, Spans);
        return (_blocks[_blocks.Count - 1 - index], kvHead, span);
    }

    // The states of a piece's queries when the keys are split.
    public float* PartialStates(int piece) =>
        (float*)_partialStates!.Pointer + (long)piece * StateFloats(Math.Max(1, RowsPerBlock / _shape.Group));

    // The piece of a merge's first span; those of the other spans follow at a distance of KvHeads.
    public int FirstPiece(int merge) => merge / _shape.KvHeads * Spans * _shape.KvHeads + merge % _shape.KvHeads;

    public void Dispose() => _partialStates?.Dispose();

    private int StateFloats(int tokens) => tokens * _shape.Group * SoftmaxState.Stride(_shape.HeadDim);

    private void Reserve(long bytes)
    {
        if (_partialStates?.Bytes >= bytes) return;
        _partialStates?.Dispose();
        _partialStates = new NativeBlock(2 * bytes);
    }
}

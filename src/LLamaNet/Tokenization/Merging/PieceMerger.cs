namespace LLamaNet.Tokenization.Merging;

// Joins adjacent symbols of one word: the best pair first, the left-most of equals, in n log n steps.
internal sealed class PieceMerger(MergeTable merges)
{
    // A symbol that stands for no token and joins with nothing.
    public const int NoSymbol = -1;

    private const int None = -1;

    // Position in the low half, so that the left-most of equal merges leaves first.
    private readonly PriorityQueue<(int Left, int Right), ulong> _queue = new();
    private readonly Dictionary<int, (int Left, int Right)> _partsOfUnused = [];
    private Node[] _nodes = new Node[64];
    private int _count;

    public int Count => _count;

    public void Clear()
    {
        _count = 0;
        _partsOfUnused.Clear();
    }

    // start: where the symbol begins in the text, in the caller's unit.
    public void Add(int symbol, int start)
    {
        if (_count == _nodes.Length) Array.Resize(ref _nodes, 2 * _count);
        _nodes[_count] = new() { Symbol = symbol, Start = start, Previous = _count - 1, Next = _count + 1 };
        _count++;
    }

    public void Merge()
    {
        if (_count == 0) return;
        _nodes[_count - 1].Next = None;
        for (int i = 0; i < _count - 1; i++) Offer(i);

        while (_queue.TryDequeue(out (int Left, int Right) pair, out ulong key))
        {
            int at = (int)(uint)key;
            ref Node left = ref _nodes[at];
            // A symbol changes with every merge, so equal symbols mean that neither side has merged since the offer.
            if (left.Symbol != pair.Left || left.Next == None || _nodes[left.Next].Symbol != pair.Right) continue;

            merges.TryGet(pair.Left, pair.Right, out MergeTable.Merge merge);
            ref Node right = ref _nodes[left.Next];
            left.Symbol = merge.Result;
            left.Next = right.Next;
            right.Symbol = NoSymbol;
            if (left.Next != None)
            {
                _nodes[left.Next].Previous = at;
                Offer(at);
            }

            if (left.Previous != None) Offer(left.Previous);
        }
    }

    // Walks the merged symbols: index = 0 first, then the index that the call gave; ends at -1.
    public (int Symbol, int Start, int Next) Read(int index) => (_nodes[index].Symbol, _nodes[index].Start, _nodes[index].Next);

    public int StartOf(int index) => _nodes[index].Start;

    public bool TryGetParts(int unused, out (int Left, int Right) parts) => _partsOfUnused.TryGetValue(unused, out parts);

    private void Offer(int at)
    {
        int left = _nodes[at].Symbol;
        int right = _nodes[_nodes[at].Next].Symbol;
        if (left < 0 || right < 0 || !merges.TryGet(left, right, out MergeTable.Merge merge)) return;
        _queue.Enqueue((left, right), ((ulong)merge.Priority << 32) | (uint)at);
        if (merges.Unused.Contains(merge.Result)) _partsOfUnused[merge.Result] = (left, right);
    }

    private struct Node
    {
        public int Symbol;
        public int Start;
        public int Previous;
        public int Next;
    }
}

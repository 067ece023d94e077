namespace LLamaNet.Tokenization.Merging;

// Which adjacent symbols join, into what, and how early. Symbols are token ids; numbers from the vocabulary's size on stand
// for characters and bytes that are no token themselves.
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, Merge> _merges = [];

    // Results that are not in use: they are taken apart again once all merging is done.
    public HashSet<int> Unused { get; } = [];

    // The first of two merges of the same pair wins.
    public void Add(int left, int right, uint priority, int result) => _merges.TryAdd(Key(left, right), new(priority, result));

    public bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    // The lowest priority joins first.
    public readonly record struct Merge(uint Priority, int Result);
}

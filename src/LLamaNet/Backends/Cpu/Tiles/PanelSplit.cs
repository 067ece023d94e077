namespace LLamaNet.Backends.Cpu.Tiles;

// The panels of a weight, counted through its parts, shared out in runs of neighbours: each is one sequential stream of memory.
internal readonly struct PanelSplit
{
    // What a chunk's weights may take when many tokens pass over them: they stay in the L2 cache from group to group.
    private const long CachedBytes = 256 * 1024;

    // Float weights go through in fours.
    private const int FewestPanels = 4;

    // One pass over the weights: a long run for each thread first, three quarters of its share, for a stream of memory is slow
    // to get going; then short ones, by which a late thread holds up the others at most. Against twelve equal runs on two cores
    // this was worth 5 to 15 % of a 1.1B model's decoding.
    private const int ShortRunsPerShare = 8;

    private readonly int _panels;
    private readonly int _longRuns;
    private readonly int _longPanels;
    private readonly int _shortPanels;

    public PanelSplit(CpuWeight weight, int groups, int threads)
    {
        foreach (CpuWeight.Part part in weight.Parts) _panels += part.Panels;
        _shortPanels = Math.Max(1, _panels / (threads * ShortRunsPerShare));
        if (groups > 1)
        {
            _shortPanels = (int)Math.Clamp(CachedBytes * _panels / weight.Bytes, Math.Min(FewestPanels, _shortPanels), _shortPanels);
        }
        else
        {
            _longRuns = threads;
            _longPanels = _panels / threads / 4 * 3;
        }

        Chunks = _longRuns + (_panels - _longRuns * _longPanels + _shortPanels - 1) / _shortPanels;
    }

    public int Chunks { get; }

    // End: the first panel behind the chunk.
    public (int First, int End) Panels(int chunk)
    {
        if (chunk < _longRuns) return (chunk * _longPanels, (chunk + 1) * _longPanels);
        int first = _longRuns * _longPanels + (chunk - _longRuns) * _shortPanels;
        return (first, Math.Min(_panels, first + _shortPanels));
    }
}

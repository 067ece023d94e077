namespace LLamaNet.Backends.Cpu.Products;

// The panels of a weight, counted through its parts, shared out in runs of neighbors. A run is one sequential stream of memory.
internal readonly struct PanelSplit
{
    // Bytes of a chunk's weights when many tokens pass over them. They stay in the L2 cache from group to group.
    private const long CachedBytes = 256 * 1024;

    // Float weights go through in fours.
    private const int MinPanels = 4;

    // One pass over the weights. Each thread begins with a long run, three quarters of its share: streams start slowly. Short
    // runs follow, so a late thread holds up the others by one of them at most. Measured on two cores against twelve equal
    // runs: 5 to 15 % of a 1.1B model's decoding.
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
            long cached = CachedBytes * _panels / weight.Bytes;
            _shortPanels = (int)Math.Clamp(cached, Math.Min(MinPanels, _shortPanels), _shortPanels);
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

namespace LLamaNet.Backends.Cpu.Tiles;

// The panels of a weight, shared out in runs of neighbours: each is one sequential stream of memory.
internal readonly struct PanelSplit
{
    // What a chunk's weights may take when many tokens pass over them: they stay in the L2 cache from group to group.
    private const long CachedBytes = 256 * 1024;

    // For balance: a thread that is late holds up the others by one chunk at most.
    private const int ChunksPerThread = 6;

    private readonly CpuWeight _weight;
    private readonly long _chunkBytes;

    public PanelSplit(CpuWeight weight, int groups, int threads)
    {
        _weight = weight;
        _chunkBytes = weight.Bytes / (threads * ChunksPerThread);
        if (groups > 1) _chunkBytes = Math.Min(_chunkBytes, CachedBytes);
        foreach (CpuWeight.Part part in weight.Parts) Chunks += ChunksOf(part);
    }

    public int Chunks { get; }

    public CpuWeight.Part Find(int chunk, out int firstPanel, out int endPanel)
    {
        int index = 0;
        for (; chunk >= ChunksOf(_weight.Parts[index]); index++) chunk -= ChunksOf(_weight.Parts[index]);
        CpuWeight.Part part = _weight.Parts[index];
        firstPanel = chunk * PanelsPerChunk(part);
        endPanel = Math.Min(part.Panels, firstPanel + PanelsPerChunk(part));
        return part;
    }

    private int PanelsPerChunk(CpuWeight.Part part) => (int)Math.Max(1, _chunkBytes / part.PanelBytes);

    private int ChunksOf(CpuWeight.Part part) => (part.Panels + PanelsPerChunk(part) - 1) / PanelsPerChunk(part);
}

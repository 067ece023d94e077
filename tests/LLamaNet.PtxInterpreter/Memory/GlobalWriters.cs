namespace LLamaNet.PtxInterpreter.Memory;

/// <summary>For each word of an allocation, the block that stored to it last and in which launch.</summary>
internal sealed class GlobalWriters(long bytes)
{
    private readonly ulong[] _stamps = new ulong[(bytes + 3) / 4];

    /// <summary>The last launch in which any block stored to the allocation.</summary>
    public uint Launch { get; private set; }

    /// <summary>The block of this launch that stored to the word at <paramref name="offset"/>, or -1.</summary>
    public int Find(uint launch, long offset)
    {
        var stamp = _stamps[offset >> 2];
        return (uint)(stamp >> 32) == launch ? (int)(uint)stamp : -1;
    }

    public void Set(uint launch, int block, long offset, int bytes)
    {
        Launch = launch;
        for (var word = offset >> 2; word <= (offset + bytes - 1) >> 2; word++) _stamps[word] = (ulong)launch << 32 | (uint)block;
    }
}

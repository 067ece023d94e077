namespace LLamaNet.PtxInterpreter.Execution;

// Which accesses of other warps have happened before, by vector clocks: each warp has a clock that moves on when it
// synchronises, and remembers the clock of every other warp as of the last synchronisation with it.
internal sealed class VectorClocks
{
    private uint[] _known = [];
    private int _warps;

    public void Reset(int warps)
    {
        _warps = warps;
        if (_known.Length < warps * warps) _known = new uint[warps * warps];
        Array.Clear(_known);
        for (int warp = 0; warp < warps; warp++) _known[warp * warps + warp] = 1;
    }

    // A new set of clocks, for a barrier or another object that hands on what it was told.
    public uint[] Create() => new uint[_warps];

    public uint Now(int warp) => _known[warp * _warps + warp];

    // Up to which time of other everything happened before now for the warp.
    public uint Known(int warp, int other) => _known[warp * _warps + other];

    // Whether what other did at its time clock happened before now for the warp.
    public bool Knows(int warp, int other, uint clock) => clock <= Known(warp, other);

    // All that the warp did and knows goes into the object; what it does from now on does not.
    public void Release(int warp, uint[] into)
    {
        for (int other = 0; other < _warps; other++) into[other] = Math.Max(into[other], _known[warp * _warps + other]);
        Advance(warp);
    }

    public void Acquire(int warp, uint[] from)
    {
        for (int other = 0; other < _warps; other++)
        {
            ref uint known = ref _known[warp * _warps + other];
            if (other != warp) known = Math.Max(known, from[other]);
        }
    }

    // The lanes of the warp have synchronised with each other.
    public void Advance(int warp) => _known[warp * _warps + warp]++;
}

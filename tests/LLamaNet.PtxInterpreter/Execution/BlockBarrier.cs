namespace LLamaNet.PtxInterpreter.Execution;

// One of the 16 named barriers of a block.
internal sealed class BlockBarrier
{
    private uint[] _clocks = [];
    private (int True, int All) _arriving;

    // Threads that have arrived; whole warps count.
    public int Arrived { get; private set; }

    // Threads that open the barrier; 0: all that have not returned.
    public int Expected { get; private set; }

    // Threads whose predicate was true when the barrier opened last, and all that brought one.
    public (int True, int All) Votes { get; private set; }

    public void Arrive(Warp warp, int expected, int threads)
    {
        VectorClocks clocks = warp.Block.Clocks;
        if (Arrived == 0)
        {
            _clocks = clocks.Create();
            Expected = expected;
        }

        clocks.Release(warp.Index, _clocks);
        Arrived += threads;
    }

    public void Vote(int isTrue, int all) => _arriving = (_arriving.True + isTrue, _arriving.All + all);

    // Returns what those who arrived have done, for those who go on.
    public uint[] Open()
    {
        Votes = _arriving;
        Reset();
        return _clocks;
    }

    public void Reset()
    {
        Arrived = Expected = 0;
        _arriving = default;
    }
}

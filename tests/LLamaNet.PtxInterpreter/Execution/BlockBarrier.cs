namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>One of the 16 named barriers of a block.</summary>
internal sealed class BlockBarrier
{
    private uint[] _clocks = [];
    private (int True, int All) _arriving;

    /// <summary>Threads that have arrived; whole warps count.</summary>
    public int Arrived { get; private set; }

    /// <summary>Threads that open the barrier; 0: all that have not returned.</summary>
    public int Expected { get; private set; }

    /// <summary>Threads whose predicate was true when the barrier opened last, and all that brought one.</summary>
    public (int True, int All) Votes { get; private set; }

    public void Arrive(Warp warp, int expected, int threads)
    {
        var clocks = warp.Block.Clocks;
        if (Arrived == 0)
        {
            _clocks = clocks.Create();
            Expected = expected;
        }

        clocks.Release(warp.Index, _clocks);
        Arrived += threads;
    }

    public void Vote(int isTrue, int all) => _arriving = (_arriving.True + isTrue, _arriving.All + all);

    /// <returns>What those who arrived have done, for those who go on.</returns>
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

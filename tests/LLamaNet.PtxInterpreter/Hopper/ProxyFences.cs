using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// Which ordinary stores the async proxy (wgmma, the copy engine) sees: those that their own thread had behind it at a
// `fence.proxy.async`, and those that had happened before such a fence of the thread that starts the operation.
internal sealed class ProxyFences
{
    // Clock of its warp at a thread's last fence.
    private uint[] _writers = [];

    // By warp: what it knew of every other warp at its last fence.
    private uint[] _readers = [];
    private int _warps;

    public void Reset(int warps)
    {
        _warps = warps;
        if (_readers.Length < warps * warps)
        {
            _writers = new uint[warps * Warp.Lanes];
            _readers = new uint[warps * warps];
        }

        Array.Clear(_writers);
        Array.Clear(_readers);
    }

    public void Fence(Warp warp, uint mask)
    {
        VectorClocks clocks = warp.Block.Clocks;
        for (int lane = 0; lane < Warp.Lanes; lane++)
            if ((mask >> lane & 1) != 0) _writers[warp.Thread(lane)] = clocks.Now(warp.Index);
        for (int other = 0; other < _warps; other++) _readers[warp.Index * _warps + other] = clocks.Known(warp.Index, other);
        // Later stores of this warp are told from the earlier ones.
        clocks.Advance(warp.Index);
    }

    // Whether an operation that the warp starts sees what the thread stored when its warp's clock stood so.
    public bool Sees(Warp warp, int writer, uint clock)
    {
        int other = writer / Warp.Lanes;
        // The copy engine writes through the async proxy itself.
        return other >= _warps || clock <= _writers[writer] || clock <= _readers[warp.Index * _warps + other];
    }
}

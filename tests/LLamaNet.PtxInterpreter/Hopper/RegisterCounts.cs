using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

/// <summary>What <c>setmaxnreg</c> gave each warp. Together they must fit into the registers of a multiprocessor.</summary>
internal sealed class RegisterCounts
{
    private const int Available = 65536;

    private int[] _counts = [];

    public void Reset(int warps) => _counts = new int[warps];

    /// <summary>The registers of all warps together, once every warp has said how many it takes; too many: false.</summary>
    public bool Set(int warp, int count)
    {
        _counts[warp] = count;
        return Array.IndexOf(_counts, 0) >= 0 || _counts.Sum() * Warp.Lanes <= Available;
    }
}

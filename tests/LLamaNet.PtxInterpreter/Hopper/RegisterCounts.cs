using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// What `setmaxnreg` gave each warp. Together they must be no more than the block started with, or the last waits for ever: as
// many for each thread as the multiprocessor has for a block of the kernel's largest size, a multiple of 8.
internal sealed class RegisterCounts
{
    private const int Available = 65536;
    private const int Unit = 8;

    private readonly List<int> _counts = [];

    public void Reset(int warps)
    {
        _counts.Clear();
        for (int i = 0; i < warps; i++) _counts.Add(0);
    }

    // What is wrong once every warp has said how many it takes, or null.
    public string? Set(Warp warp, int count)
    {
        if (!warp.Kernel.SaysBlocksPerMultiprocessor) return "setmaxnreg in a kernel without .minnctapersm";
        _counts[warp.Index] = count;
        if (_counts.Contains(0)) return null;
        int first = Available / warp.Kernel.MaxThreads / Unit * Unit * _counts.Count;
        int taken = _counts.Sum();
        return taken <= first ? null : $"the warps take {taken} registers for each lane, the block started with {first}";
    }
}

namespace LLamaNet.PtxInterpreter.Execution;

// The copies (`cp.async`) that the lanes of a warp have started, in their groups.
internal sealed class AsyncCopies
{
    private readonly List<AsyncCopy> _copies = [];
    private readonly int[] _committed = new int[Warp.Lanes];

    public void Add(int lane, uint shared, ulong global, int bytes, int present) =>
        _copies.Add(new(lane, _committed[lane], shared, global, bytes, present));

    public void Commit(uint mask)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
            if ((mask >> lane & 1) != 0) _committed[lane]++;
    }

    // Takes out the copies of the lanes whose groups are not among the last newest.
    public List<AsyncCopy> TakeDone(uint mask, long newest)
    {
        var done = new List<AsyncCopy>();
        int kept = 0;
        for (int i = 0; i < _copies.Count; i++)
        {
            AsyncCopy copy = _copies[i];
            if ((mask >> copy.Lane & 1) != 0 && copy.Group < _committed[copy.Lane] - newest) done.Add(copy);
            else _copies[kept++] = copy;
        }

        _copies.RemoveRange(kept, _copies.Count - kept);
        return done;
    }

    public void Clear()
    {
        _copies.Clear();
        Array.Clear(_committed);
    }
}

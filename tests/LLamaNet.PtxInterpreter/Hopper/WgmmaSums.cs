using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// The accumulators of one warp while wgmma works on them: kept here, and a mark stands in their registers until they may be
// read.
internal sealed unsafe class WgmmaSums
{
    // A NaN that no arithmetic makes.
    private const uint Mark = 0xFFFA5A5A;

    private readonly float[] _values;

    public WgmmaSums(Warp warp, int[] registers)
    {
        Registers = registers;
        _values = new float[registers.Length * Warp.Lanes];
        for (int i = 0; i < registers.Length; i++)
        {
            var lanes = new Span<float>(warp.Registers + registers[i], Warp.Lanes);
            lanes.CopyTo(_values.AsSpan(i * Warp.Lanes));
            new Span<uint>(warp.Registers + registers[i], Warp.Lanes).Fill(Mark);
        }
    }

    public int[] Registers { get; }

    // Operations that have not been done.
    public int Pending { get; set; }

    // Where the value in row r of the warp's 16 and column c is: value i of lane l is row l / 4 + 8 (i / 2 % 2), column 8 (i
    // / 4) + 2 (l % 4) + i % 2.
    public ref float At(int row, int column)
    {
        int register = column / 8 * 4 + row / 8 * 2 + column % 2;
        int lane = row % 8 * 4 + column % 8 / 2;
        return ref _values[register * Warp.Lanes + lane];
    }

    // The first register that was written meanwhile; -1: none.
    public int FindChanged(Warp warp)
    {
        for (int i = 0; i < Registers.Length; i++)
            if (new Span<uint>(warp.Registers + Registers[i], Warp.Lanes).ContainsAnyExcept(Mark)) return i;
        return -1;
    }

    public void Store(Warp warp)
    {
        for (int i = 0; i < Registers.Length; i++)
            _values.AsSpan(i * Warp.Lanes, Warp.Lanes).CopyTo(new Span<float>(warp.Registers + Registers[i], Warp.Lanes));
    }
}

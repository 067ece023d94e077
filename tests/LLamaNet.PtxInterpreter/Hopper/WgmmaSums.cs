using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

/// <summary>
/// The accumulators of one warp while wgmma works on them: kept here, and a mark stands in their registers until they may be
/// read.
/// </summary>
internal sealed unsafe class WgmmaSums
{
    /// <summary>A NaN that no arithmetic makes.</summary>
    private const uint Mark = 0xFFFA5A5A;

    private readonly float[] _values;

    public WgmmaSums(Warp warp, int[] registers)
    {
        Registers = registers;
        _values = new float[registers.Length * Warp.Lanes];
        for (var i = 0; i < registers.Length; i++)
        {
            var lanes = new Span<float>(warp.Registers + registers[i], Warp.Lanes);
            lanes.CopyTo(_values.AsSpan(i * Warp.Lanes));
            new Span<uint>(warp.Registers + registers[i], Warp.Lanes).Fill(Mark);
        }
    }

    public int[] Registers { get; }

    /// <summary>Operations that have not been done.</summary>
    public int Pending { get; set; }

    /// <summary>
    /// Where the value in row r of the warp's 16 and column c is: value i of lane l is row l / 4 + 8 (i / 2 % 2), column 8 (i /
    /// 4) + 2 (l % 4) + i % 2.
    /// </summary>
    public ref float At(int row, int column)
    {
        var register = column / 8 * 4 + row / 8 * 2 + column % 2;
        var lane = row % 8 * 4 + column % 8 / 2;
        return ref _values[register * Warp.Lanes + lane];
    }

    /// <summary>The first register that somebody has written meanwhile; -1: none.</summary>
    public int FindChanged(Warp warp)
    {
        for (var i = 0; i < Registers.Length; i++)
            if (new Span<uint>(warp.Registers + Registers[i], Warp.Lanes).ContainsAnyExcept(Mark)) return i;
        return -1;
    }

    public void Store(Warp warp)
    {
        for (var i = 0; i < Registers.Length; i++)
            _values.AsSpan(i * Warp.Lanes, Warp.Lanes).CopyTo(new Span<float>(warp.Registers + Registers[i], Warp.Lanes));
    }
}

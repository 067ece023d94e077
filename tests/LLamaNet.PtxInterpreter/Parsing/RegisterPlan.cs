using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Parsing;

// Gives every register, constant and special register of a kernel its place in the registers of a warp.
internal sealed class RegisterPlan
{
    private readonly Dictionary<(ulong Value, int Bytes, int Variable), int> _constants = [];
    private readonly Dictionary<SpecialRegister, int> _specials = [];
    private int _scratch = -1;

    // Bytes in use.
    public int Bytes { get; private set; }

    public int Predicates { get; private set; }

    public IReadOnlyList<Constant> Constants =>
        [.. _constants.Select(entry => new Constant(entry.Value, entry.Key.Bytes, entry.Key.Value, entry.Key.Variable))];

    public IReadOnlyList<(SpecialRegister Register, int Offset)> Specials =>
        [.. _specials.Select(entry => (entry.Key, entry.Value))];

    // A register of 4 bytes a lane, or of 8 when its type is that wide.
    public int AddRegister(PtxType type)
    {
        if (type == PtxType.Pred) return Predicates++;
        return Reserve(type.Bytes() == 8 ? 8 : 4);
    }

    public int AddConstant(ulong value, int bytes, int variable = -1)
    {
        int width = bytes == 8 ? 8 : 4;
        if (bytes < 8 && variable < 0) value &= (1UL << (8 * bytes)) - 1;
        if (!_constants.TryGetValue((value, width, variable), out int offset))
            _constants[(value, width, variable)] = offset = Reserve(width);
        return offset;
    }

    public int AddSpecial(SpecialRegister register)
    {
        if (!_specials.TryGetValue(register, out int offset)) _specials[register] = offset = Reserve(4);
        return offset;
    }

    // Where results go that the text throws away (`_`).
    public int Scratch => _scratch >= 0 ? _scratch : _scratch = Reserve(8);

    private int Reserve(int bytesPerLane)
    {
        int offset = Bytes;
        Bytes += bytesPerLane * Warp.Lanes;
        return offset;
    }
}

using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Parsing;

// A parsed kernel: instructions and the plan of the registers of a warp.
internal sealed unsafe class KernelCode
{
    // Pinned: warps walk over them by pointer.
    private readonly Instruction[] _instructions;

    public KernelCode(IReadOnlyList<Instruction> instructions, IReadOnlyList<int[]> lists)
    {
        _instructions = GC.AllocateUninitializedArray<Instruction>(instructions.Count, pinned: true);
        for (int i = 0; i < instructions.Count; i++) _instructions[i] = instructions[i];
        Lists = lists;
        fixed (Instruction* first = _instructions) Instructions = first;
    }

    public required string Name { get; init; }

    public Instruction* Instructions { get; }

    public int Count => _instructions.Length;

    // What Instruction.List points to; held here so that it stays.
    public IReadOnlyList<int[]> Lists { get; }

    // Line and text of each instruction.
    public required IReadOnlyList<(int Line, string Text)> Texts { get; init; }

    // The registers that each instruction names, read or written.
    public required IReadOnlyList<int[]> NamedRegisters { get; init; }

    // What each instruction reads and writes.
    public required IReadOnlyList<RegisterUse> Uses { get; init; }

    // Numbers of the registers that some path reads before it writes them.
    public required IReadOnlyDictionary<int, int> Watched { get; init; }

    public required IReadOnlyList<PtxParameter> Parameters { get; init; }

    public required int ParameterBytes { get; init; }

    // Bytes of the registers of one warp.
    public required int RegisterBytes { get; init; }

    public required int PredicateCount { get; init; }

    public required IReadOnlyList<Constant> Constants { get; init; }

    public required IReadOnlyList<(SpecialRegister Register, int Offset)> Specials { get; init; }

    public required int StaticSharedBytes { get; init; }

    // Where the dynamic part of shared memory begins.
    public required int DynamicSharedStart { get; init; }

    // Local memory of one thread.
    public required int LocalBytes { get; init; }

    public required int MaxThreads { get; init; }

    // `.minnctapersm` is there: with `.maxntid` it says how many registers a block starts with.
    public bool SaysBlocksPerMultiprocessor { get; init; }

    // `.reqntid`: the one block shape allowed.
    public Grid? RequiredThreads { get; init; }
}

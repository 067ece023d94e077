using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Parsing;

/// <summary>A parsed kernel: instructions and the plan of the registers of a warp.</summary>
internal sealed unsafe class KernelCode
{
    // Pinned: warps walk over them by pointer.
    private readonly Instruction[] _instructions;

    public KernelCode(IReadOnlyList<Instruction> instructions, IReadOnlyList<int[]> lists)
    {
        _instructions = GC.AllocateUninitializedArray<Instruction>(instructions.Count, pinned: true);
        for (var i = 0; i < instructions.Count; i++) _instructions[i] = instructions[i];
        Lists = lists;
        fixed (Instruction* first = _instructions) Instructions = first;
    }

    public required string Name { get; init; }

    public Instruction* Instructions { get; }

    public int Count => _instructions.Length;

    /// <summary>What <see cref="Instruction.List"/> points to; held here so that it stays.</summary>
    public IReadOnlyList<int[]> Lists { get; }

    /// <summary>Line and text of each instruction.</summary>
    public required IReadOnlyList<(int Line, string Text)> Texts { get; init; }

    /// <summary>The registers that each instruction names, read or written.</summary>
    public required IReadOnlyList<int[]> NamedRegisters { get; init; }

    /// <summary>What each instruction reads and writes.</summary>
    public required IReadOnlyList<RegisterUse> Uses { get; init; }

    /// <summary>Numbers of the registers that some path reads before it writes them.</summary>
    public required IReadOnlyDictionary<int, int> Watched { get; init; }

    public required IReadOnlyList<PtxParameter> Parameters { get; init; }

    public required int ParameterBytes { get; init; }

    /// <summary>Bytes of the registers of one warp.</summary>
    public required int RegisterBytes { get; init; }

    public required int PredicateCount { get; init; }

    public required IReadOnlyList<Constant> Constants { get; init; }

    public required IReadOnlyList<(SpecialRegister Register, int Offset)> Specials { get; init; }

    public required int StaticSharedBytes { get; init; }

    /// <summary>Where the dynamic part of shared memory begins.</summary>
    public required int DynamicSharedStart { get; init; }

    /// <summary>Local memory of one thread.</summary>
    public required int LocalBytes { get; init; }

    public required int MaxThreads { get; init; }

    /// <summary><c>.minnctapersm</c> is there: with <c>.maxntid</c> it says how many registers a block starts with.</summary>
    public bool SaysBlocksPerMultiprocessor { get; init; }

    /// <summary><c>.reqntid</c>: the one block shape allowed.</summary>
    public Grid? RequiredThreads { get; init; }
}

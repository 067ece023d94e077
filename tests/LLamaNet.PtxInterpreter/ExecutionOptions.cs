namespace LLamaNet.PtxInterpreter;

/// <summary>The limits of the machine. The defaults are those of an H100.</summary>
internal sealed record ExecutionOptions
{
    /// <summary>Static and dynamic shared memory that a block may have at most.</summary>
    public int MaximumSharedBytes { get; init; } = 232448;

    /// <summary>Shared memory that a block may have when its kernel did not ask for more.</summary>
    public int DefaultSharedBytes { get; init; } = 49152;

    public int MaximumThreads { get; init; } = 1024;

    /// <summary>A block that runs longer is taken to spin for ever. Counts instructions of warps.</summary>
    public long MaximumBlockInstructions { get; init; } = 100_000_000;

    /// <summary>
    /// Every other launch runs its blocks from the last to the first: a block that reads what another overwrites is then found,
    /// whichever of the two comes first.
    /// </summary>
    public bool AlternatesBlockOrder { get; init; } = true;

    public int Multiprocessors { get; init; } = 1;
}

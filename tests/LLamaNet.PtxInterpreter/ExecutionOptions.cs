namespace LLamaNet.PtxInterpreter;

// The limits of the machine. The defaults are those of an H100.
internal sealed record ExecutionOptions
{
    // Static and dynamic shared memory that a block may have at most.
    public int MaximumSharedBytes { get; init; } = 232448;

    // Shared memory that a block may have when its kernel did not ask for more.
    public int DefaultSharedBytes { get; init; } = 49152;

    public int MaximumThreads { get; init; } = 1024;

    // A block that runs longer is taken to spin for ever. Counts instructions of warps.
    public long MaximumBlockInstructions { get; init; } = 100_000_000;

    // Every other launch runs its blocks from the last to the first: a block that reads what another overwrites is then
    // found, whichever of the two comes first.
    public bool AlternatesBlockOrder { get; init; } = true;

    public int Multiprocessors { get; init; } = 1;
}

namespace LLamaNet.PtxInterpreter;

/// <summary>A GPU of the simulated machine. The defaults are those of an A100, with less memory.</summary>
internal sealed record PtxDevice(string Name = "Interpreted GPU", int Major = 8, int Minor = 0)
{
    public long MemoryBytes { get; init; } = 1L << 30;

    public int Multiprocessors { get; init; } = 4;

    /// <summary>Shared memory that a block may have at most.</summary>
    public int SharedBytesPerBlock { get; init; } = 166912;

    /// <summary>Its compute mode lets nobody use it.</summary>
    public bool IsProhibited { get; init; }

    /// <summary>Its compute mode is exclusive and another process has it.</summary>
    public bool IsTaken { get; init; }

    /// <summary>A GPU with the instructions of Hopper.</summary>
    public static PtxDevice Hopper { get; } = new("Interpreted Hopper GPU", 9) { SharedBytesPerBlock = 232448 };
}

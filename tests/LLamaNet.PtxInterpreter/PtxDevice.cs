namespace LLamaNet.PtxInterpreter;

// A GPU of the simulated machine. The defaults are those of an A100, with less memory.
internal sealed record PtxDevice(string Name = "Interpreted GPU", int Major = 8, int Minor = 0)
{
    public long MemoryBytes { get; init; } = 1L << 30;

    public int Multiprocessors { get; init; } = 4;

    public int ClockKilohertz { get; init; } = 1_410_000;

    // 0: the driver does not say.
    public int MemoryClockKilohertz { get; init; } = 1_215_000;

    public int MemoryBusBits { get; init; } = 5120;

    // Shared memory that a block may have at most.
    public int SharedBytesPerBlock { get; init; } = 166912;

    // Its compute mode forbids use.
    public bool IsProhibited { get; init; }

    // Its compute mode is exclusive and another process has it.
    public bool IsTaken { get; init; }

    // A GPU with the instructions of Hopper.
    public static PtxDevice Hopper { get; } = new("Interpreted Hopper GPU", 9) { SharedBytesPerBlock = 232448 };
}

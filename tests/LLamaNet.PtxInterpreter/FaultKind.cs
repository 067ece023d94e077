namespace LLamaNet.PtxInterpreter;

/// <summary>What a kernel did wrong. A driver maps it to its own error code.</summary>
internal enum FaultKind
{
    /// <summary>The launch itself is impossible: block too large, too much shared memory, wrong parameter size.</summary>
    InvalidLaunch,
    OutOfBounds,
    Misaligned,
    Uninitialised,
    Race,
    /// <summary>Bytes of an asynchronous copy were touched before its end was waited for.</summary>
    MissingWait,
    /// <summary>Nothing orders ordinary accesses, or registers, before an operation of the async proxy.</summary>
    MissingFence,
    DivergentCollective,
    Deadlock,
    /// <summary>More instructions than <see cref="ExecutionOptions.MaximumBlockInstructions"/>.</summary>
    Endless,
    /// <summary>An operand that the instruction does not allow.</summary>
    InvalidOperand,
    /// <summary>The kernel executed <c>trap</c>.</summary>
    Trap,
}

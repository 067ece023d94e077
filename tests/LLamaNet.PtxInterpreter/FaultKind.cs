namespace LLamaNet.PtxInterpreter;

// What a kernel did wrong. A driver maps it to its own error code.
internal enum FaultKind
{
    // The launch itself is impossible: block too large, too much shared memory, wrong parameter size.
    InvalidLaunch,
    OutOfBounds,
    Misaligned,
    Uninitialised,
    Race,
    // Bytes of an asynchronous copy were touched before its end was waited for.
    MissingWait,
    // Nothing orders ordinary accesses, or registers, before an operation of the async proxy.
    MissingFence,
    DivergentCollective,
    Deadlock,
    // More instructions than ExecutionOptions.MaximumBlockInstructions.
    Endless,
    // An operand that the instruction does not allow.
    InvalidOperand,
    // The kernel executed `trap`.
    Trap,
}

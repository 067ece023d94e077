namespace LLamaNet.PtxInterpreter;

/// <summary>A kernel did something that the machine forbids or leaves undefined.</summary>
internal sealed class PtxFaultException(FaultKind kind, string kernel, Grid block, int thread, string instruction, string what)
    : Exception(Describe(kernel, block, thread, instruction, what))
{
    public FaultKind Kind { get; } = kind;

    public string Kernel { get; } = kernel;

    /// <summary>Index of the block in the grid.</summary>
    public Grid Block { get; } = block;

    /// <summary>Linear index of the thread in its block; -1 when no single thread is to blame.</summary>
    public int Thread { get; } = thread;

    /// <summary>Line and text of the instruction; empty when the launch was refused.</summary>
    public string Instruction { get; } = instruction;

    public string What { get; } = what;

    private static string Describe(string kernel, Grid block, int thread, string instruction, string what)
    {
        var at = instruction.Length == 0 ? "" : $" at {instruction}";
        var who = thread < 0 ? "" : $" thread {thread}";
        return $"kernel {kernel} block {block}{who}: {what}{at}";
    }
}

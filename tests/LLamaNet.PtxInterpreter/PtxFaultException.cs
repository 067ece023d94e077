namespace LLamaNet.PtxInterpreter;

// A kernel did something that the machine forbids or leaves undefined.
internal sealed class PtxFaultException(FaultKind kind, string kernel, Grid block, int thread, string instruction, string what)
    : Exception(Describe(kernel, block, thread, instruction, what))
{
    public FaultKind Kind { get; } = kind;

    public string Kernel { get; } = kernel;

    // Index of the block in the grid.
    public Grid Block { get; } = block;

    // Linear index of the thread in its block; -1 when no single thread is to blame.
    public int Thread { get; } = thread;

    // Line and text of the instruction; empty when the launch was refused.
    public string Instruction { get; } = instruction;

    public string What { get; } = what;

    private static string Describe(string kernel, Grid block, int thread, string instruction, string what)
    {
        string at = instruction.Length == 0 ? "" : $" at {instruction}";
        string who = thread < 0 ? "" : $" thread {thread}";
        return $"kernel {kernel} block {block}{who}: {what}{at}";
    }
}

namespace LLamaNet.PtxInterpreter.Execution;

// For the registers of a warp that might be read before they are written: the lanes in which they have been.
internal sealed unsafe class RegisterWatch
{
    private uint[] _written = [];

    public void Reset(int count)
    {
        if (_written.Length < count) _written = new uint[count];
        else Array.Clear(_written, 0, count);
    }

    // Before an instruction: checks what it reads and notes what it will write.
    // mask: the lanes that are here.
    // active: those for which it executes.
    public void Check(Warp warp, Instruction* instruction, uint mask, uint active)
    {
        (int[] reads, int[] writes) = warp.Kernel.Uses[instruction->Index];
        IReadOnlyDictionary<int, int> watched = warp.Kernel.Watched;
        foreach (int register in reads)
        {
            if (!watched.TryGetValue(register, out int number)) continue;
            uint missing = (register == ~instruction->Guard ? mask : active) & ~_written[number];
            if (missing != 0)
            {
                throw warp.Fault(FaultKind.Uninitialised, instruction, missing,
                    $"reads a {(register < 0 ? "predicate" : "register")} that was never written");
            }
        }

        foreach (int register in writes)
            if (watched.TryGetValue(register, out int number)) _written[number] |= active;
    }
}

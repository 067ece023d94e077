namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>For the registers of a warp that might be read before they are written: the lanes in which they have been.</summary>
internal sealed unsafe class RegisterWatch
{
    private uint[] _written = [];

    public void Reset(int count)
    {
        if (_written.Length < count) _written = new uint[count];
        else Array.Clear(_written, 0, count);
    }

    /// <summary>Before an instruction: checks what it reads and notes what it will write.</summary>
    /// <param name="mask">The lanes that are here.</param>
    /// <param name="active">Those for which it executes.</param>
    public void Check(Warp warp, Instruction* instruction, uint mask, uint active)
    {
        var (reads, writes) = warp.Kernel.Uses[instruction->Index];
        var watched = warp.Kernel.Watched;
        foreach (var register in reads)
        {
            if (!watched.TryGetValue(register, out var number)) continue;
            var missing = (register == ~instruction->Guard ? mask : active) & ~_written[number];
            if (missing != 0)
            {
                throw warp.Fault(FaultKind.Uninitialised, instruction, missing,
                    $"reads a {(register < 0 ? "predicate" : "register")} that was never written");
            }
        }

        foreach (var register in writes)
            if (watched.TryGetValue(register, out var number)) _written[number] |= active;
    }
}

using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// The wgmma operations that a warp has started, in their groups. They are done when a wait covers them, in order; until
// then their registers have no value.
internal sealed unsafe class WgmmaQueue
{
    private readonly List<WgmmaOperation> _open = [];
    private readonly Queue<List<WgmmaOperation>> _groups = new();
    private readonly List<WgmmaSums> _sums = [];

    // The registers at the last wgmma.fence; empty: there was none.
    private byte[] _fenced = [];

    public void Reset()
    {
        _open.Clear();
        _groups.Clear();
        _sums.Clear();
        _fenced = [];
    }

    // Refuses an instruction that names a register which wgmma works on.
    public void CheckUse(Warp warp, Instruction* instruction, uint mask)
    {
        if (mask == 0) return;
        foreach (int register in warp.Kernel.NamedRegisters[instruction->Index])
        {
            foreach (WgmmaSums sums in _sums)
            {
                if (Array.IndexOf(sums.Registers, register) is var value and >= 0)
                {
                    throw warp.Fault(FaultKind.MissingWait, instruction, mask,
                        $"value {value} of d is used while wgmma works on it");
                }
            }
        }
    }

    public void Fence(Warp warp)
    {
        if (_fenced.Length != warp.Kernel.RegisterBytes) _fenced = new byte[warp.Kernel.RegisterBytes];
        new Span<byte>(warp.Registers, _fenced.Length).CopyTo(_fenced);
    }

    // Sums for an operation on the registers: those that are under way, or new ones.
    public WgmmaSums Sums(Warp warp, Instruction* instruction, int[] registers)
    {
        foreach (WgmmaSums sums in _sums)
        {
            if (!sums.Registers.AsSpan().ContainsAny(registers)) continue;
            if (!sums.Registers.AsSpan().SequenceEqual(registers))
            {
                throw warp.Fault(FaultKind.MissingWait, instruction, Warp.AllLanes,
                    "another wgmma works on some of the registers of d");
            }

            CheckMarks(warp, instruction, sums);
            return sums;
        }

        CheckFenced(warp, instruction, registers);
        var made = new WgmmaSums(warp, registers);
        _sums.Add(made);
        warp.HasBusyRegisters = true;
        return made;
    }

    // Registers that wgmma reads or writes must not have been written since the last fence.
    public void CheckFenced(Warp warp, Instruction* instruction, ReadOnlySpan<int> registers)
    {
        if (_fenced.Length == 0)
        {
            throw warp.Fault(FaultKind.MissingFence, instruction, Warp.AllLanes,
                "no wgmma.fence before the first wgmma");
        }

        foreach (int register in registers)
        {
            var lanes = new ReadOnlySpan<byte>(warp.Registers + register, 4 * Warp.Lanes);
            if (!lanes.SequenceEqual(_fenced.AsSpan(register, lanes.Length)))
            {
                throw warp.Fault(FaultKind.MissingFence, instruction, Warp.AllLanes,
                    "a register of wgmma was written after the last wgmma.fence");
            }
        }
    }

    public void Add(WgmmaOperation operation)
    {
        operation.Sums.Pending++;
        _open.Add(operation);
    }

    public void Commit()
    {
        _groups.Enqueue([.. _open]);
        _open.Clear();
    }

    // Does the oldest groups until at most newest are under way.
    public void Wait(Warp warp, Instruction* instruction, long newest)
    {
        while (_groups.Count > newest)
        {
            foreach (WgmmaOperation operation in _groups.Dequeue())
            {
                CheckA(warp, operation);
                operation.Execute(warp);
                operation.Sums.Pending--;
            }
        }

        for (int i = _sums.Count - 1; i >= 0; i--)
        {
            CheckMarks(warp, instruction, _sums[i]);
            if (_sums[i].Pending > 0) continue;
            _sums[i].Store(warp);
            foreach (int register in _sums[i].Registers)
                new Span<byte>(warp.Registers + register, 4 * Warp.Lanes).CopyTo(_fenced.AsSpan(register));
            _sums.RemoveAt(i);
        }

        warp.HasBusyRegisters = _sums.Count > 0;
    }

    private static void CheckMarks(Warp warp, Instruction* instruction, WgmmaSums sums)
    {
        if (sums.FindChanged(warp) is var changed and >= 0)
        {
            throw warp.Fault(FaultKind.MissingWait, instruction, Warp.AllLanes,
                $"value {changed} of d was written while wgmma worked on it");
        }
    }

    private static void CheckA(Warp warp, WgmmaOperation operation)
    {
        for (int i = 0; i < operation.ARegisters.Length; i++)
        {
            var lanes = new ReadOnlySpan<uint>(warp.Registers + operation.ARegisters[i], Warp.Lanes);
            if (!lanes.SequenceEqual(operation.AValues.AsSpan(i * Warp.Lanes, Warp.Lanes)))
            {
                throw warp.Fault(FaultKind.MissingWait, operation.Instruction, Warp.AllLanes,
                    $"register {i} of a was written while wgmma read it");
            }
        }
    }
}

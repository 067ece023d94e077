using System.Numerics;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>32 threads that execute instructions together. Its registers are arrays of 32 lanes.</summary>
internal sealed unsafe class Warp(ThreadBlock block, int index)
{
    public const int Lanes = 32;
    public const uint AllLanes = ~0u;

    private byte[] _registers = [];
    private uint[] _predicates = [];

    /// <summary>Lanes of register r begin at <c>Registers + r</c>.</summary>
    public byte* Registers { get; private set; }

    /// <summary>A bit for each lane.</summary>
    public uint* Predicates { get; private set; }

    public ThreadBlock Block { get; } = block;

    public int Index { get; } = index;

    /// <summary>The carry of each lane's last sum that keeps it.</summary>
    public uint Carry { get; set; }

    /// <summary>Lanes that have not returned.</summary>
    public uint Live { get; set; }

    /// <summary>The groups of lanes by instruction; together they are <see cref="Live"/>.</summary>
    public List<Fragment> Fragments { get; } = [];

    /// <summary>The barrier that the whole warp waits at; -1 for none.</summary>
    public int WaitsAtBarrier { get; set; } = -1;

    /// <summary>The instruction that gets a result when the barrier opens; null for most.</summary>
    public Instruction* AwaitsVotes { get; set; }

    /// <summary>Set by an instruction whose condition does not hold yet: others must run first.</summary>
    public bool Stalled { get; set; }

    /// <summary>Copies that lanes started and nobody has waited for.</summary>
    public AsyncCopies Copies { get; } = new();

    public RegisterWatch Watch { get; } = new();

    /// <summary>wgmma works on some of the registers: every other instruction that names one is wrong.</summary>
    public bool HasBusyRegisters { get; set; }

    /// <summary>The allocation that the last access to global memory found, as a shortcut for the next.</summary>
    public Allocation? Recent { get; set; }

    public KernelCode Kernel => Block.Kernel;

    /// <summary>Linear index in the block of a lane's thread.</summary>
    public int Thread(int lane) => Index * Lanes + lane;

    /// <summary>Makes room for the kernel's registers.</summary>
    public void Prepare(KernelCode kernel)
    {
        if (_registers.Length < kernel.RegisterBytes + 64)
        {
            _registers = GC.AllocateUninitializedArray<byte>(kernel.RegisterBytes + 64, pinned: true);
            fixed (byte* first = _registers) Registers = (byte*)(((nint)first + 63) & ~63);
        }

        if (_predicates.Length < kernel.PredicateCount + 1)
        {
            _predicates = GC.AllocateUninitializedArray<uint>(kernel.PredicateCount + 1, pinned: true);
            fixed (uint* first = _predicates) Predicates = first;
        }
    }

    public void Start(uint live)
    {
        Live = live;
        Fragments.Clear();
        Fragments.Add(new(0, live, FragmentState.Ready));
        WaitsAtBarrier = -1;
        AwaitsVotes = null;
        Stalled = false;
        Copies.Clear();
        HasBusyRegisters = false;
        Watch.Reset(Kernel.Watched.Count);
        Recent = null;
    }

    public void SetPredicate(int predicate, uint mask, uint values) =>
        Predicates[predicate] = (Predicates[predicate] & ~mask) | (values & mask);

    public PtxFaultException Fault(FaultKind kind, Instruction* instruction, uint mask, string what)
    {
        var lane = mask == 0 ? -1 : BitOperations.TrailingZeroCount(mask);
        return Block.Fault(kind, lane < 0 ? -1 : Thread(lane), instruction, what);
    }

    public PtxFaultException FaultAt(FaultKind kind, Instruction* instruction, int lane, string what) =>
        Block.Fault(kind, Thread(lane), instruction, what);
}

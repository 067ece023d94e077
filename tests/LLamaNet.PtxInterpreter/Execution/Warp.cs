using System.Numerics;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

// 32 threads that execute instructions together. Its registers are arrays of 32 lanes.
internal sealed unsafe class Warp(ThreadBlock block, int index)
{
    public const int Lanes = 32;
    public const uint AllLanes = ~0u;

    private byte[] _registers = [];
    private uint[] _predicates = [];

    // Lanes of register r begin at `Registers + r`.
    public byte* Registers { get; private set; }

    // A bit for each lane.
    public uint* Predicates { get; private set; }

    public ThreadBlock Block { get; } = block;

    public int Index { get; } = index;

    // The carry of each lane's last sum that keeps it.
    public uint Carry { get; set; }

    // Lanes that have not returned.
    public uint Live { get; set; }

    // The groups of lanes by instruction; together they are Live.
    public List<Fragment> Fragments { get; } = [];

    // The barrier that the whole warp waits at; -1 for none.
    public int WaitsAtBarrier { get; set; } = -1;

    // The instruction that gets a result when the barrier opens; null for most.
    public Instruction* AwaitsVotes { get; set; }

    // Set by an instruction whose condition does not hold yet: others must run first.
    public bool Stalled { get; set; }

    // Copies that lanes started and that no wait has covered.
    public AsyncCopies Copies { get; } = new();

    public RegisterWatch Watch { get; } = new();

    // wgmma works on some of the registers: every other instruction that names one is wrong.
    public bool HasBusyRegisters { get; set; }

    // The allocation that the last access to global memory found, as a shortcut for the next.
    public Allocation? Recent { get; set; }

    public KernelCode Kernel => Block.Kernel;

    // Linear index in the block of a lane's thread.
    public int Thread(int lane) => Index * Lanes + lane;

    // Makes room for the kernel's registers.
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
        int lane = mask == 0 ? -1 : BitOperations.TrailingZeroCount(mask);
        return Block.Fault(kind, lane < 0 ? -1 : Thread(lane), instruction, what);
    }

    public PtxFaultException FaultAt(FaultKind kind, Instruction* instruction, int lane, string what) =>
        Block.Fault(kind, Thread(lane), instruction, what);
}

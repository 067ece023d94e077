using LLamaNet.PtxInterpreter.Hopper;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

// The block that runs: its warps, memories and barriers. One object serves all blocks of all launches.
internal sealed unsafe class ThreadBlock
{
    public const int BarrierCount = 16;

    // Instructions of warps that the block has executed; what clocks show.
    public long Instructions;

    private readonly List<Warp> _warps = [];

    public ThreadBlock(DeviceMemory memory)
    {
        Memory = memory;
        Shared = new(this);
        Barriers = new BlockBarrier[BarrierCount];
        for (int i = 0; i < BarrierCount; i++) Barriers[i] = new();
    }

    public DeviceMemory Memory { get; }

    public SharedMemory Shared { get; }

    public LocalMemory Local { get; } = new();

    public VectorClocks Clocks { get; } = new();

    public BlockBarrier[] Barriers { get; }

    public HopperState Hopper { get; } = new();

    // Operations under way beside the threads, the oldest first.
    public Queue<AsynchronousOperation> InFlight { get; } = new();

    public KernelCode Kernel { get; private set; } = null!;

    // The parameter block of the launch.
    public byte* Parameters { get; private set; }

    public Grid Index { get; private set; }

    // Linear index in the grid.
    public int Number { get; private set; }

    // Number of the launch on this machine.
    public uint Launch { get; private set; }

    // A thread has executed an atomic operation on global memory.
    public bool HasSynchronised { get; set; }

    public Grid Extent { get; private set; }

    public int WarpCount { get; private set; }

    // Warps with threads that have not returned.
    public int LiveWarps { get; set; }

    public Warp Warp(int index) => _warps[index];

    // Fills the registers that stay the same in all blocks of the launch.
    public void Prepare(LaunchShape launch, byte* parameters, ReadOnlySpan<ulong> variables)
    {
        Kernel = launch.Kernel;
        Parameters = parameters;
        Extent = launch.Block;
        Launch = launch.Number;
        int threads = (int)launch.Block.Count;
        WarpCount = (threads + Execution.Warp.Lanes - 1) / Execution.Warp.Lanes;
        while (_warps.Count < WarpCount) _warps.Add(new(this, _warps.Count));
        for (int i = 0; i < WarpCount; i++)
        {
            _warps[i].Prepare(Kernel);
            LaunchRegisters.Fill(_warps[i], launch, variables);
        }
    }

    public void Start(Grid index, int number, int sharedBytes)
    {
        Index = index;
        Number = number;
        Instructions = 0;
        HasSynchronised = false;
        InFlight.Clear();
        // One more for the copy engine.
        Clocks.Reset(WarpCount + 1);
        Hopper.Reset(WarpCount);
        Shared.Reset(sharedBytes);
        int threads = (int)Extent.Count;
        Local.Reset(Kernel.LocalBytes, threads);
        foreach (BlockBarrier barrier in Barriers) barrier.Reset();
        LiveWarps = WarpCount;
        for (int i = 0; i < WarpCount; i++)
        {
            int lanes = Math.Min(Execution.Warp.Lanes, threads - i * Execution.Warp.Lanes);
            _warps[i].Start(lanes == Execution.Warp.Lanes ? Execution.Warp.AllLanes : (1u << lanes) - 1);
            LaunchRegisters.FillBlock(_warps[i], index);
        }
    }

    public PtxFaultException Fault(FaultKind kind, int thread, Instruction* instruction, string what)
    {
        string text = "";
        if (instruction != null)
        {
            (int line, string words) = Kernel.Texts[instruction->Index];
            text = $"[{words}] (line {line})";
        }

        return new(kind, Kernel.Name, Index, thread, text, what);
    }
}

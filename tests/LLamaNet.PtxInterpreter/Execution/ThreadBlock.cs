using LLamaNet.PtxInterpreter.Hopper;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>The block that runs: its warps, memories and barriers. One object serves all blocks of all launches.</summary>
internal sealed unsafe class ThreadBlock
{
    public const int BarrierCount = 16;

    /// <summary>Instructions of warps that the block has executed; what clocks show.</summary>
    public long Instructions;

    private readonly List<Warp> _warps = [];

    public ThreadBlock(DeviceMemory memory)
    {
        Memory = memory;
        Shared = new(this);
        Barriers = new BlockBarrier[BarrierCount];
        for (var i = 0; i < BarrierCount; i++) Barriers[i] = new();
    }

    public DeviceMemory Memory { get; }

    public SharedMemory Shared { get; }

    public LocalMemory Local { get; } = new();

    public VectorClocks Clocks { get; } = new();

    public BlockBarrier[] Barriers { get; }

    public HopperState Hopper { get; } = new();

    /// <summary>Operations under way beside the threads, the oldest first.</summary>
    public Queue<AsynchronousOperation> InFlight { get; } = new();

    public KernelCode Kernel { get; private set; } = null!;

    /// <summary>The parameter block of the launch.</summary>
    public byte* Parameters { get; private set; }

    public Grid Index { get; private set; }

    /// <summary>Linear index in the grid.</summary>
    public int Number { get; private set; }

    /// <summary>Number of the launch on this machine.</summary>
    public uint Launch { get; private set; }

    /// <summary>A thread has executed an atomic operation on global memory.</summary>
    public bool HasSynchronised { get; set; }

    public Grid Extent { get; private set; }

    public int WarpCount { get; private set; }

    /// <summary>Warps with threads that have not returned.</summary>
    public int LiveWarps { get; set; }

    public Warp Warp(int index) => _warps[index];

    /// <summary>Fills the registers that stay the same in all blocks of the launch.</summary>
    public void Prepare(LaunchShape launch, byte* parameters, ReadOnlySpan<ulong> variables)
    {
        Kernel = launch.Kernel;
        Parameters = parameters;
        Extent = launch.Block;
        Launch = launch.Number;
        var threads = (int)launch.Block.Count;
        WarpCount = (threads + Execution.Warp.Lanes - 1) / Execution.Warp.Lanes;
        while (_warps.Count < WarpCount) _warps.Add(new(this, _warps.Count));
        for (var i = 0; i < WarpCount; i++)
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
        var threads = (int)Extent.Count;
        Local.Reset(Kernel.LocalBytes, threads);
        foreach (var barrier in Barriers) barrier.Reset();
        LiveWarps = WarpCount;
        for (var i = 0; i < WarpCount; i++)
        {
            var lanes = Math.Min(Execution.Warp.Lanes, threads - i * Execution.Warp.Lanes);
            _warps[i].Start(lanes == Execution.Warp.Lanes ? Execution.Warp.AllLanes : (1u << lanes) - 1);
            LaunchRegisters.FillBlock(_warps[i], index);
        }
    }

    public PtxFaultException Fault(FaultKind kind, int thread, Instruction* instruction, string what)
    {
        var text = "";
        if (instruction != null)
        {
            var (line, words) = Kernel.Texts[instruction->Index];
            text = $"[{words}] (line {line})";
        }

        return new(kind, Kernel.Name, Index, thread, text, what);
    }
}

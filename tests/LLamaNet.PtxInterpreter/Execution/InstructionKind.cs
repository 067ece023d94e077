namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>What the scheduler has to do with an instruction.</summary>
internal enum InstructionKind : byte
{
    /// <summary>Executes for the lanes that are here and goes on.</summary>
    Plain,
    Branch,
    /// <summary>Each lane goes to the target in the list that its register A names.</summary>
    IndexedBranch,
    Return,
    /// <summary>Executes when all lanes of the mask in register C have arrived.</summary>
    Collective,
    /// <summary>Executes when all 32 lanes of the warp have arrived.</summary>
    WholeWarp,
    /// <summary>Arrives at a barrier of the block and stops there until it opens.</summary>
    Barrier,
    /// <summary>May set <see cref="Warp.Stalled"/>: the lanes then let others run before they go on.</summary>
    Waiting,
}

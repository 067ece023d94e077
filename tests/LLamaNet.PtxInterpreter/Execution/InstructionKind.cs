namespace LLamaNet.PtxInterpreter.Execution;

// What the scheduler has to do with an instruction.
internal enum InstructionKind : byte
{
    // Executes for the lanes that are here and goes on.
    Plain,
    Branch,
    // Each lane goes to the target in the list that its register A names.
    IndexedBranch,
    Return,
    // Executes when all lanes of the mask in register C have arrived.
    Collective,
    // Executes when all 32 lanes of the warp have arrived.
    WholeWarp,
    // Arrives at a barrier of the block and stops there until it opens.
    Barrier,
    // May set Warp.Stalled: the lanes then let others run before they go on.
    Waiting,
}

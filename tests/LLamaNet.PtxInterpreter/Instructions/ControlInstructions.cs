using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Branches, the end of a thread, and instructions that change nothing that a kernel can see here.
internal static unsafe class ControlInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("bra", decoder =>
        {
            decoder.Allow("uni");
            decoder.ExpectOperands(1);
            decoder.Result.Kind = InstructionKind.Branch;
            decoder.Branch(0);
        });
        table.Add("brx.idx", decoder =>
        {
            decoder.Allow("idx", "uni");
            decoder.ExpectOperands(2);
            decoder.Result.Kind = InstructionKind.IndexedBranch;
            decoder.Result.A = decoder.Source(0, PtxType.U32);
            decoder.Branch(1);
        });
        table.Add("ret", Return);
        table.Add("exit", Return);
        table.Add("trap", decoder => decoder.Result.Execute = &Trap);
        table.Add("nanosleep", Nothing);
        table.Add("membar", Nothing);
        table.Add("fence.sc", Nothing);
        table.Add("fence.acq_rel", Nothing);
        table.Add("fence.acquire", Nothing);
        table.Add("fence.release", Nothing);
        table.Add("prefetch", Nothing);
        table.Add("prefetchu", Nothing);
        table.Add("griddepcontrol", Nothing);
    }

    // For instructions that only order or hint: one block after the other is ordered already.
    public static void Nothing(Decoder decoder) => decoder.Result.Execute = &Nothing;

    private static void Nothing(Warp warp, Instruction* instruction, uint mask)
    {
    }

    private static void Return(Decoder decoder)
    {
        decoder.Allow("uni");
        decoder.ExpectOperands(0);
        decoder.Result.Kind = InstructionKind.Return;
    }

    private static void Trap(Warp warp, Instruction* instruction, uint mask) =>
        throw warp.Fault(FaultKind.Trap, instruction, mask, "trap");
}

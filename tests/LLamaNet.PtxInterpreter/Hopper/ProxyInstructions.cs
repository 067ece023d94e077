using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Instructions;

namespace LLamaNet.PtxInterpreter.Hopper;

// The fences between ordinary accesses and those of wgmma and the copy engine; setmaxnreg.
internal static unsafe class ProxyInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("fence.proxy.async", decoder =>
        {
            decoder.Allow("proxy", "async", "shared::cta", "global");
            decoder.ExpectOperands(0);
            // Nothing is written to global memory for the copy engine here.
            if (decoder.Has("global")) decoder.Result.Execute = &Nothing;
            else decoder.Result.Execute = &Fence;
        });
        table.Add("fence.mbarrier_init", decoder =>
        {
            decoder.Allow("mbarrier_init", "release", "cluster");
            decoder.ExpectOperands(0);
            decoder.Result.Execute = &FenceInit;
        });
        table.Add("setmaxnreg", decoder =>
        {
            decoder.Allow("inc", "dec", "sync", "aligned");
            decoder.ExpectOperands(1);
            decoder.Result.Immediate = decoder.Number(0);
            if (decoder.Result.Immediate is < 24 or > 256 || decoder.Result.Immediate % 8 != 0)
                throw decoder.Error("setmaxnreg takes a multiple of 8 from 24 to 256");
            decoder.Result.Kind = InstructionKind.WholeWarp;
            decoder.Result.Execute = &SetRegisters;
        });
    }

    private static void Fence(Warp warp, Instruction* instruction, uint mask)
    {
        warp.Block.Hopper.Fences.Fence(warp, mask);
        FenceInit(warp, instruction, mask);
    }

    private static void FenceInit(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1) warp.Block.Hopper.Barriers.Fence(warp.Thread(BitOperations.TrailingZeroCount(mask)));
    }

    private static void Nothing(Warp warp, Instruction* instruction, uint mask)
    {
    }

    private static void SetRegisters(Warp warp, Instruction* instruction, uint mask)
    {
        if (warp.Block.Hopper.Registers.Set(warp, (int)instruction->Immediate) is { } error)
            throw warp.Fault(FaultKind.InvalidOperand, instruction, mask, error);
    }
}

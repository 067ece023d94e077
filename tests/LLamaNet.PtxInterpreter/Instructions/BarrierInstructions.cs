using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>The barriers of a block: bar.sync, bar.arrive and the same under the name barrier.</summary>
internal static unsafe class BarrierInstructions
{
    public static void AddTo(InstructionTable table)
    {
        foreach (var name in (ReadOnlySpan<string>)["bar", "bar.cta", "barrier", "barrier.cta"])
        {
            table.Add(name + ".sync", decoder => Barrier(decoder, &Synchronize));
            table.Add(name + ".arrive", decoder => Barrier(decoder, &Arrive));
        }
    }

    private static void Barrier(Decoder decoder, delegate*<Warp, Instruction*, uint, void> execute)
    {
        decoder.Allow("cta", "sync", "arrive", "aligned");
        if (decoder.Operands.Count is not (1 or 2)) throw decoder.Error("has not 1 or 2 operands");
        if (decoder.Operands.Count == 1 && decoder.Has("arrive")) throw decoder.Error("needs a count of threads");
        decoder.Result.A = decoder.Source(0, PtxType.U32);
        decoder.Result.B = decoder.Operands.Count > 1 ? decoder.Source(1, PtxType.U32) : -1;
        decoder.Result.Kind = InstructionKind.Barrier;
        decoder.Result.Execute = execute;
    }

    private static int Enter(Warp warp, Instruction* instruction, uint mask)
    {
        var lane = BitOperations.TrailingZeroCount(mask);
        var id = ((uint*)(warp.Registers + instruction->A))[lane];
        if (id >= ThreadBlock.BarrierCount) throw warp.Fault(FaultKind.InvalidOperand, instruction, mask, $"barrier {id} of 16");
        var expected = instruction->B < 0 ? 0 : ((int*)(warp.Registers + instruction->B))[lane];
        if (expected % Warp.Lanes != 0 || expected < 0)
            throw warp.Fault(FaultKind.InvalidOperand, instruction, mask, $"{expected} threads are not a multiple of 32");
        var barrier = warp.Block.Barriers[id];
        if (barrier.Arrived > 0 && barrier.Expected != expected)
        {
            throw warp.Fault(FaultKind.InvalidOperand, instruction, mask,
                $"barrier {id} expects {barrier.Expected} threads for those who came first, {expected} for this one");
        }

        barrier.Arrive(warp, expected, Warp.Lanes);
        return (int)id;
    }

    private static void Synchronize(Warp warp, Instruction* instruction, uint mask) =>
        warp.WaitsAtBarrier = Enter(warp, instruction, mask);

    private static void Arrive(Warp warp, Instruction* instruction, uint mask) => Enter(warp, instruction, mask);
}

using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// The barriers of a block: bar.sync, bar.arrive, bar.red and the same under the name barrier.
internal static unsafe class BarrierInstructions
{
    private const int Count = 0, All = 1, Any = 2;

    public static void AddTo(InstructionTable table)
    {
        foreach (string name in (ReadOnlySpan<string>)["bar", "bar.cta", "barrier", "barrier.cta"])
        {
            table.Add(name + ".sync", decoder => Barrier(decoder, &Synchronize));
            table.Add(name + ".arrive", decoder => Barrier(decoder, &Arrive));
            table.Add(name + ".red", Reduce);
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

    // The result comes when the barrier opens.
    private static void Reduce(Decoder decoder)
    {
        decoder.Allow("cta", "red", "popc", "and", "or", "aligned");
        bool counts = decoder.Has("popc");
        if (decoder.Type != (counts ? PtxType.U32 : PtxType.Pred)) throw decoder.Unknown();
        if (decoder.Operands.Count is not (3 or 4)) throw decoder.Error("has not 3 or 4 operands");
        decoder.Result.D = counts ? decoder.Destination(0, PtxType.U32) : decoder.PredicateDestination(0);
        decoder.Result.A = decoder.Source(1, PtxType.U32);
        decoder.Result.B = decoder.Operands.Count > 3 ? decoder.Source(2, PtxType.U32) : -1;
        decoder.Result.C = decoder.Predicate(decoder.Operands[^1], out decoder.Result.Flag);
        decoder.Result.Mode = counts ? Count : decoder.Has("and") ? All : decoder.Has("or") ? Any : throw decoder.Unknown();
        decoder.Result.Kind = InstructionKind.Barrier;
        decoder.Result.Execute = &Reduce;
    }

    private static int Enter(Warp warp, Instruction* instruction, uint mask)
    {
        int lane = BitOperations.TrailingZeroCount(mask);
        uint id = ((uint*)(warp.Registers + instruction->A))[lane];
        if (id >= ThreadBlock.BarrierCount) throw warp.Fault(FaultKind.InvalidOperand, instruction, mask, $"barrier {id} of 16");
        int expected = instruction->B < 0 ? 0 : ((int*)(warp.Registers + instruction->B))[lane];
        if (expected % Warp.Lanes != 0 || expected < 0)
            throw warp.Fault(FaultKind.InvalidOperand, instruction, mask, $"{expected} threads are not a multiple of 32");
        BlockBarrier barrier = warp.Block.Barriers[id];
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

    private static void Reduce(Warp warp, Instruction* instruction, uint mask)
    {
        int id = Enter(warp, instruction, mask);
        uint votes = (warp.Predicates[instruction->C] ^ (instruction->Flag ? Warp.AllLanes : 0)) & mask;
        warp.Block.Barriers[id].Vote(BitOperations.PopCount(votes), BitOperations.PopCount(mask));
        warp.WaitsAtBarrier = id;
        warp.AwaitsVotes = instruction;
    }

    // Gives the warp the result of the reduction that it waited for.
    public static void SetVotes(Warp warp, (int True, int All) votes)
    {
        Instruction* instruction = warp.AwaitsVotes;
        warp.AwaitsVotes = null;
        if (instruction->Mode == Count) new Span<int>(warp.Registers + instruction->D, Warp.Lanes).Fill(votes.True);
        else
        {
            bool holds = instruction->Mode == All ? votes.True == votes.All : votes.True > 0;
            warp.SetPredicate(instruction->D, Warp.AllLanes, holds ? Warp.AllLanes : 0);
        }
    }
}

using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Instructions;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Hopper;

// mbarrier.*, for barriers in the block's own shared memory.
internal static unsafe class TransactionBarrierInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("mbarrier.init", decoder =>
        {
            Begin(decoder, 2, "init");
            decoder.Result.A = decoder.Address(0);
            decoder.Result.B = decoder.Source(1, PtxType.U32);
            decoder.Result.Execute = &Init;
        });
        table.Add("mbarrier.inval", decoder =>
        {
            Begin(decoder, 1, "inval");
            decoder.Result.A = decoder.Address(0);
            decoder.Result.Execute = &Invalidate;
        });
        table.Add("mbarrier.expect_tx", decoder =>
        {
            Begin(decoder, 2, "expect_tx", "relaxed", "cta");
            decoder.Result.A = decoder.Address(0);
            decoder.Result.B = decoder.Source(1, PtxType.U32);
            decoder.Result.Execute = &Expect;
        });
        table.Add("mbarrier.arrive", decoder =>
        {
            bool announces = decoder.Has("expect_tx");
            int operands = announces || decoder.Operands.Count == 3 ? 3 : 2;
            Begin(decoder, operands, "arrive", "expect_tx", "release", "cta");
            decoder.Result.D = decoder.Destination(0, PtxType.B64);
            decoder.Result.A = decoder.Address(1);
            // The bytes, or the number of arrivals.
            decoder.Result.B = operands == 3 ? decoder.Source(2, PtxType.U32) : decoder.Source("1", PtxType.U32);
            if (announces) decoder.Result.Execute = &ArriveExpect;
            else decoder.Result.Execute = &Arrive;
        });
        table.Add("mbarrier.test_wait", Wait);
        table.Add("mbarrier.try_wait", Wait);
    }

    private static void Begin(Decoder decoder, int operands, params string[] words)
    {
        // Other blocks of a cluster are not there, and without state space the address would be generic.
        if (!decoder.Has("shared") && !decoder.Has("shared::cta")) throw decoder.Unknown();
        decoder.Allow([.. words, "shared", "shared::cta"]);
        decoder.ExpectOperands(operands);
    }

    private static void Wait(Decoder decoder)
    {
        bool byParity = decoder.Has("parity");
        // A fourth operand says how long to wait at most.
        Begin(decoder, decoder.Operands.Count == 4 ? 4 : 3, "test_wait", "try_wait", "parity", "acquire", "cta");
        decoder.Result.D = decoder.PredicateDestination(0);
        decoder.Result.A = decoder.Address(1);
        decoder.Result.B = decoder.Source(2, byParity ? PtxType.U32 : PtxType.B64);
        decoder.Result.Kind = InstructionKind.Waiting;
        if (byParity) decoder.Result.Execute = &WaitParity;
        else decoder.Result.Execute = &WaitState;
    }

    private static void Init(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            Barriers(warp).Init(warp, instruction, lane, Address(warp, instruction, lane), Number(warp, instruction, lane));
        }
    }

    private static void Invalidate(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            Barriers(warp).Invalidate(warp, instruction, lane, Address(warp, instruction, lane));
        }
    }

    private static void Expect(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            int bytes = (int)Number(warp, instruction, lane);
            Barriers(warp).Arrive(warp, instruction, lane, Address(warp, instruction, lane), 0, bytes);
        }
    }

    private static void Arrive(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong state = Barriers(warp).Arrive(
                warp, instruction, lane, Address(warp, instruction, lane), (int)Number(warp, instruction, lane), 0);
            LaneRegister.Set(warp.Registers + instruction->D, lane, state);
        }
    }

    private static void ArriveExpect(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong state = Barriers(warp).Arrive(
                warp, instruction, lane, Address(warp, instruction, lane), 1, (int)Number(warp, instruction, lane));
            LaneRegister.Set(warp.Registers + instruction->D, lane, state);
        }
    }

    private static void WaitParity(Warp warp, Instruction* instruction, uint mask)
    {
        uint ended = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint parity = Number(warp, instruction, lane);
            if (parity > 1)
            {
                throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                    $"parity {parity} of a phase: 0 or 1 is allowed");
            }

            if (Barriers(warp).Test(warp, instruction, lane, Address(warp, instruction, lane), (int)parity)) ended |= 1u << lane;
        }

        warp.SetPredicate(instruction->D, mask, ended);
        warp.Stalled = ended != mask;
    }

    private static void WaitState(Warp warp, Instruction* instruction, uint mask)
    {
        uint ended = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            var state = new TransactionBarrier(LaneRegister.Get<ulong>(warp.Registers + instruction->B, lane));
            if (!state.IsMade)
            {
                throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                    "the operand is no state of an mbarrier");
            }

            if (Barriers(warp).Test(warp, instruction, lane, Address(warp, instruction, lane), state.Parity)) ended |= 1u << lane;
        }

        warp.SetPredicate(instruction->D, mask, ended);
        warp.Stalled = ended != mask;
    }

    private static TransactionBarriers Barriers(Warp warp) => warp.Block.Hopper.Barriers;

    private static uint Number(Warp warp, Instruction* instruction, int lane) =>
        LaneRegister.Get<uint>(warp.Registers + instruction->B, lane);

    private static uint Address(Warp warp, Instruction* instruction, int lane) =>
        (uint)MemoryAccess.Address(warp, instruction, instruction->A, lane);
}

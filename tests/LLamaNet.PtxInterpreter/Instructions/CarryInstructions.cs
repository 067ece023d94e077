using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Sums and differences of numbers of several words: each lane has a carry bit.
internal static unsafe class CarryInstructions
{
    private const int TakesCarry = 1, GivesCarry = 2, Subtracts = 4;

    public static void AddTo(InstructionTable table)
    {
        table.Add("add.cc", decoder => Decode(decoder, GivesCarry));
        table.Add("addc.cc", decoder => Decode(decoder, TakesCarry | GivesCarry));
        table.Add("addc", decoder => Decode(decoder, TakesCarry));
        table.Add("sub.cc", decoder => Decode(decoder, Subtracts | GivesCarry));
        table.Add("subc.cc", decoder => Decode(decoder, Subtracts | TakesCarry | GivesCarry));
        table.Add("subc", decoder => Decode(decoder, Subtracts | TakesCarry));
    }

    private static void Decode(Decoder decoder, int mode)
    {
        decoder.Allow("cc");
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
        decoder.Result.Mode = mode;
        decoder.Result.Execute = decoder.Type.Bytes() switch
        {
            4 => &Execute<uint>,
            8 => &Execute<ulong>,
            _ => throw decoder.Unknown(),
        };
    }

    // A difference is the sum with the complement, and the borrow the complement of the carry.
    private static void Execute<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = warp.Registers + instruction->D, a = warp.Registers + instruction->A, b = warp.Registers + instruction->B;
        bool subtracts = (instruction->Mode & Subtracts) != 0;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            T x = LaneRegister.Get<T>(a, lane), y = LaneRegister.Get<T>(b, lane);
            T carry = subtracts ? T.One : T.Zero;
            if ((instruction->Mode & TakesCarry) != 0 && (warp.Carry >> lane & 1) != 0) carry = T.One - carry;
            if (subtracts) y = ~y;
            T sum = unchecked(x + y + carry);
            bool overflows = sum < x || (!T.IsZero(carry) && sum == x);
            LaneRegister.Set(d, lane, sum);
            if ((instruction->Mode & GivesCarry) == 0) continue;
            uint bit = 1u << lane;
            warp.Carry = overflows != subtracts ? warp.Carry | bit : warp.Carry & ~bit;
        }
    }
}

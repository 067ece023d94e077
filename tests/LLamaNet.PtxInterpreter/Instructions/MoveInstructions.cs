using System.Numerics;
using System.Runtime.CompilerServices;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// mov with its packing forms, and cvta between address spaces.
internal static unsafe class MoveInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("mov", Move);
        table.Add("mov.pred", MovePredicate);
        table.Add("cvta", ConvertAddress);
        table.Add("isspacep", IsInSpace);
    }

    private static void Move(Decoder decoder)
    {
        decoder.ExpectOperands(2);
        decoder.Allow();
        PtxType type = decoder.Type;
        string to = decoder.Operands[0], from = decoder.Operands[1];
        if (to[0] == '{' || from[0] == '{')
        {
            Pack(decoder, type, to, from);
            return;
        }

        decoder.Result.D = decoder.Destination(to, type);
        if (from is "%clock" or "%clock_hi" or "%clock64" or "%globaltimer" or "%globaltimer_lo")
        {
            decoder.Result.Mode = from == "%clock_hi" ? 32 : 0;
            decoder.Result.Execute = type.Bytes() == 8 ? &Clock<ulong> : &Clock<uint>;
            return;
        }

        decoder.Result.A = decoder.Source(from, type);
        IsNoUse(decoder);
        decoder.Result.Execute = type.Bytes() == 8
            ? &LaneLoops.Unary<ulong, ulong, Same<ulong>> : &LaneLoops.Unary<uint, uint, Same<uint>>;
    }

    private static void Pack(Decoder decoder, PtxType type, string to, string from)
    {
        bool packs = from[0] == '{';
        string[] members = Decoder.Members(packs ? from : to);
        int bits = type.Bytes() * 8 / members.Length;
        PtxType part = bits switch { 16 => PtxType.B16, 32 => PtxType.B32, _ => throw decoder.Unknown() };
        foreach (string member in members)
            decoder.List.Add(packs ? decoder.Source(member, part) : decoder.Destination(member, part));
        if (packs) decoder.Result.D = decoder.Destination(to, type);
        else decoder.Result.A = decoder.Source(from, type);
        IsNoUse(decoder);
        decoder.Result.Mode = bits;
        decoder.Result.Execute = type.Bytes() == 8
            ? packs ? &PackLanes<ulong> : &UnpackLanes<ulong>
            : packs ? &PackLanes<uint> : &UnpackLanes<uint>;
    }

    // Compilers copy registers that nothing has been written to yet, and then do not use the copy.
    private static void IsNoUse(Decoder decoder)
    {
        int guard = decoder.Result.Guard;
        decoder.Reads.Clear();
        if (guard >= 0) decoder.Reads.Add(~guard);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackLanes<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            T value = T.Zero;
            for (int i = 0; i < instruction->Count; i++)
            {
                uint part = LaneRegister.Get<uint>(warp.Registers + instruction->List[i], lane);
                value |= T.CreateTruncating(part) << (i * instruction->Mode);
            }

            LaneRegister.Set(warp.Registers + instruction->D, lane, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnpackLanes<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        uint part = instruction->Mode == 32 ? uint.MaxValue : ushort.MaxValue;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            T value = LaneRegister.Get<T>(warp.Registers + instruction->A, lane);
            for (int i = 0; i < instruction->Count; i++)
            {
                uint bits = uint.CreateTruncating(value >> (i * instruction->Mode)) & part;
                LaneRegister.Set(warp.Registers + instruction->List[i], lane, bits);
            }
        }
    }

    private static void Clock<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        T value = T.CreateTruncating(warp.Block.Instructions >> instruction->Mode);
        for (; mask != 0; mask &= mask - 1)
            LaneRegister.Set(warp.Registers + instruction->D, BitOperations.TrailingZeroCount(mask), value);
    }

    private static void MovePredicate(Decoder decoder)
    {
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.PredicateDestination(0);
        if (Literal.TryParse(decoder.Operands[1], out ulong bits))
        {
            decoder.Result.Mode = bits != 0 ? -1 : 0;
            decoder.Result.Execute = &SetPredicate;
            return;
        }

        decoder.Result.A = decoder.Predicate(decoder.Operands[1], out decoder.Result.Flag);
        decoder.Result.Execute = &CopyPredicate;
    }

    private static void SetPredicate(Warp warp, Instruction* instruction, uint mask) =>
        warp.SetPredicate(instruction->D, mask, (uint)instruction->Mode);

    private static void CopyPredicate(Warp warp, Instruction* instruction, uint mask) =>
        warp.SetPredicate(instruction->D, mask, warp.Predicates[instruction->A] ^ (instruction->Flag ? Warp.AllLanes : 0));

    private static void ConvertAddress(Decoder decoder)
    {
        decoder.ExpectOperands(2);
        decoder.Allow("to", "global", "shared", "shared::cta", "shared::cluster", "local", "const", "param");
        decoder.Result.D = decoder.Destination(0, PtxType.U64);
        decoder.Result.A = decoder.Source(1, PtxType.U64);
        // Global and constant addresses are generic ones; the address of a parameter always is.
        ulong window = decoder.Has("local") ? AddressWindow.Local
            : decoder.Has("global") || decoder.Has("const") || decoder.Has("param") ? 0 : AddressWindow.Shared;
        decoder.Result.Immediate = decoder.Has("to") ? -(long)window : (long)window;
        decoder.Result.Execute = &Move64;
    }

    private static void IsInSpace(Decoder decoder)
    {
        decoder.ExpectOperands(2);
        decoder.Allow("global", "shared", "shared::cta", "shared::cluster", "local", "param");
        decoder.Result.D = decoder.PredicateDestination(0);
        decoder.Result.A = decoder.Source(1, PtxType.U64);
        decoder.Result.Mode = (int)LoadStoreInstructions.Space(decoder);
        decoder.Result.Execute = &IsInSpace;
    }

    private static void IsInSpace(Warp warp, Instruction* instruction, uint mask)
    {
        var a = (ulong*)(warp.Registers + instruction->A);
        uint result = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (AddressWindow.Resolve(a[lane]).Space == (AddressSpace)instruction->Mode) result |= 1u << lane;
        }

        warp.SetPredicate(instruction->D, mask, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move64(Warp warp, Instruction* instruction, uint mask)
    {
        var d = (long*)(warp.Registers + instruction->D);
        var a = (long*)(warp.Registers + instruction->A);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = a[lane] + instruction->Immediate;
        }
    }

    private readonly struct Same<T> : IUnary<T, T>
    {
        public static T Apply(T a) => a;
    }
}

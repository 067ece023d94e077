using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Logic, shifts and fields of bits.
internal static unsafe class BitInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("and", Logic<And<ushort>, And<uint>, And<ulong>, And<uint>>);
        table.Add("or", Logic<Or<ushort>, Or<uint>, Or<ulong>, Or<uint>>);
        table.Add("xor", Logic<Xor<ushort>, Xor<uint>, Xor<ulong>, Xor<uint>>);
        table.Add("not", Not);
        table.Add("cnot", Unary<IsZero<ushort>, IsZero<uint>, IsZero<ulong>>);
        table.Add("shl", ShiftLeft);
        table.Add("shr", ShiftRight);
        table.Add("shf.l.clamp", Ternary<FunnelLeft<Clamped>>);
        table.Add("shf.l.wrap", Ternary<FunnelLeft<Wrapped>>);
        table.Add("shf.r.clamp", Ternary<FunnelRight<Clamped>>);
        table.Add("shf.r.wrap", Ternary<FunnelRight<Wrapped>>);
        table.Add("prmt.b32", Ternary<Permute>);
        table.Add("lop3", Logic3);
        table.Add("bfe", Extract);
        table.Add("bfi", Insert);
        table.Add("popc", Count<PopulationCount<uint>, PopulationCount<ulong>>);
        table.Add("clz", Count<LeadingZeros<uint>, LeadingZeros<ulong>>);
        table.Add("brev", Unary<Reverse<ushort>, Reverse<uint>, Reverse<ulong>>);
        table.Add("bfind", FindHighest);
    }

    private static void Logic<T16, T32, T64, TPredicate>(Decoder decoder)
        where T16 : IVectorBinary<ushort>
        where T32 : IVectorBinary<uint>
        where T64 : IVectorBinary<ulong>
        where TPredicate : IBinary<uint, uint, uint>
    {
        decoder.Allow();
        decoder.ExpectOperands(3);
        PtxType type = decoder.Type;
        if (type == PtxType.Pred)
        {
            decoder.Result.D = decoder.PredicateDestination(0);
            decoder.Result.A = decoder.Predicate(1);
            decoder.Result.B = decoder.Predicate(2);
            decoder.Result.Execute = &Predicates<TPredicate>;
            return;
        }

        decoder.Result.D = decoder.Destination(0, type);
        decoder.Result.A = decoder.Source(1, type);
        decoder.Result.B = decoder.Source(2, type);
        decoder.Result.Execute = type.Bytes() switch
        {
            2 => &LaneLoops.Binary<ushort, ushort, ushort, T16>,
            4 => &LaneLoops.VectorBinary<uint, T32>,
            8 => &LaneLoops.VectorBinary<ulong, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Predicates<TOperation>(Warp warp, Instruction* instruction, uint mask)
        where TOperation : IBinary<uint, uint, uint> =>
        warp.SetPredicate(instruction->D, mask,
            TOperation.Apply(warp.Predicates[instruction->A], warp.Predicates[instruction->B]));

    private static void Not(Decoder decoder)
    {
        if (decoder.Type != PtxType.Pred)
        {
            Unary<Not<ushort>, Not<uint>, Not<ulong>>(decoder);
            return;
        }

        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.PredicateDestination(0);
        decoder.Result.A = decoder.Predicate(1);
        decoder.Result.Execute = &NotPredicate;
    }

    private static void NotPredicate(Warp warp, Instruction* instruction, uint mask) =>
        warp.SetPredicate(instruction->D, mask, ~warp.Predicates[instruction->A]);

    private static void Unary<T16, T32, T64>(Decoder decoder)
        where T16 : IUnary<ushort, ushort>
        where T32 : IUnary<uint, uint>
        where T64 : IUnary<ulong, ulong>
    {
        decoder.Allow();
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Execute = decoder.Type.Bytes() switch
        {
            2 => &LaneLoops.Unary<ushort, ushort, T16>,
            4 => &LaneLoops.Unary<uint, uint, T32>,
            8 => &LaneLoops.Unary<ulong, ulong, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Count<T32, T64>(Decoder decoder)
        where T32 : IUnary<uint, uint>
        where T64 : IUnary<ulong, uint>
    {
        decoder.Allow();
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, PtxType.U32);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Execute = decoder.Type.Bytes() switch
        {
            4 => &LaneLoops.Unary<uint, uint, T32>,
            8 => &LaneLoops.Unary<ulong, uint, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void FindHighest(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, PtxType.U32);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.U32 => &LaneLoops.Unary<uint, uint, FindHighest<uint>>,
            PtxType.S32 => &LaneLoops.Unary<int, uint, FindHighest<int>>,
            PtxType.U64 => &LaneLoops.Unary<ulong, uint, FindHighest<ulong>>,
            PtxType.S64 => &LaneLoops.Unary<long, uint, FindHighest<long>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void ShiftOperands(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, PtxType.U32);
    }

    private static void ShiftLeft(Decoder decoder)
    {
        ShiftOperands(decoder);
        decoder.Result.Execute = decoder.Type.Bytes() switch
        {
            2 => &LaneLoops.Binary<ushort, uint, ushort, ShiftLeft<ushort>>,
            4 => &LaneLoops.Binary<uint, uint, uint, ShiftLeft<uint>>,
            8 => &LaneLoops.Binary<ulong, uint, ulong, ShiftLeft<ulong>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void ShiftRight(Decoder decoder)
    {
        ShiftOperands(decoder);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S16 => &LaneLoops.Binary<short, uint, short, ShiftRight<short>>,
            PtxType.B16 or PtxType.U16 => &LaneLoops.Binary<ushort, uint, ushort, ShiftRight<ushort>>,
            PtxType.S32 => &LaneLoops.Binary<int, uint, int, ShiftRight<int>>,
            PtxType.B32 or PtxType.U32 => &LaneLoops.Binary<uint, uint, uint, ShiftRight<uint>>,
            PtxType.S64 => &LaneLoops.Binary<long, uint, long, ShiftRight<long>>,
            PtxType.B64 or PtxType.U64 => &LaneLoops.Binary<ulong, uint, ulong, ShiftRight<ulong>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Ternary<TOperation>(Decoder decoder)
        where TOperation : ITernary<uint, uint, uint, uint>
    {
        if (decoder.Type != PtxType.B32) throw decoder.Unknown();
        decoder.ExpectOperands(4);
        decoder.Result.D = decoder.Destination(0, PtxType.B32);
        decoder.Result.A = decoder.Source(1, PtxType.B32);
        decoder.Result.B = decoder.Source(2, PtxType.B32);
        decoder.Result.C = decoder.Source(3, PtxType.B32);
        decoder.Result.Execute = &LaneLoops.Ternary<uint, uint, uint, uint, TOperation>;
    }

    private static void Extract(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(4);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, PtxType.U32);
        decoder.Result.C = decoder.Source(3, PtxType.U32);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.U32 => &LaneLoops.Ternary<uint, uint, uint, uint, ExtractField<uint>>,
            PtxType.S32 => &LaneLoops.Ternary<int, uint, uint, int, ExtractField<int>>,
            PtxType.U64 => &LaneLoops.Ternary<ulong, uint, uint, ulong, ExtractField<ulong>>,
            PtxType.S64 => &LaneLoops.Ternary<long, uint, uint, long, ExtractField<long>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Insert(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(5);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
        decoder.Result.C = decoder.Source(3, PtxType.U32);
        decoder.Result.E = decoder.Source(4, PtxType.U32);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.B32 => &Insert<uint>,
            PtxType.B64 => &Insert<ulong>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Insert<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* d = warp.Registers + instruction->D, a = warp.Registers + instruction->A, b = warp.Registers + instruction->B;
        uint* position = (uint*)(warp.Registers + instruction->C), length = (uint*)(warp.Registers + instruction->E);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            LaneRegister.Set(d, lane, BitField.Insert(
                LaneRegister.Get<T>(a, lane), LaneRegister.Get<T>(b, lane), position[lane], length[lane]));
        }
    }

    private static void Logic3(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(5);
        if (decoder.Type != PtxType.B32) throw decoder.Unknown();
        decoder.Result.D = decoder.Destination(0, PtxType.B32);
        decoder.Result.A = decoder.Source(1, PtxType.B32);
        decoder.Result.B = decoder.Source(2, PtxType.B32);
        decoder.Result.C = decoder.Source(3, PtxType.B32);
        decoder.Result.Mode = (int)decoder.Number(4);
        decoder.Result.Execute = &Logic3;
    }

    // Bit k of the table is the result for a, b, c = bits 2, 1, 0 of k.
    private static void Logic3(Warp warp, Instruction* instruction, uint mask)
    {
        uint* d = (uint*)(warp.Registers + instruction->D), a = (uint*)(warp.Registers + instruction->A);
        uint* b = (uint*)(warp.Registers + instruction->B), c = (uint*)(warp.Registers + instruction->C);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            uint result = 0;
            for (int k = 0; k < 8; k++)
            {
                if ((instruction->Mode >> k & 1) == 0) continue;
                uint both = ((k & 4) != 0 ? a[lane] : ~a[lane]) & ((k & 2) != 0 ? b[lane] : ~b[lane]);
                result |= both & ((k & 1) != 0 ? c[lane] : ~c[lane]);
            }

            d[lane] = result;
        }
    }
}

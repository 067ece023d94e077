using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Arithmetic on integers of 16, 32 and 64 bits.
internal static unsafe class IntegerInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("add", decoder =>
        {
            if (Saturates(decoder)) Operands<int, int, int, AddSaturated>(decoder, PtxType.S32);
            else ByWidth<Add<ushort>, Add<uint>, Add<ulong>>(decoder);
        });
        table.Add("sub", decoder =>
        {
            if (Saturates(decoder)) Operands<int, int, int, SubtractSaturated>(decoder, PtxType.S32);
            else ByWidth<Subtract<ushort>, Subtract<uint>, Subtract<ulong>>(decoder);
        });
        table.Add("mul.lo", ByWidth<Multiply<ushort>, Multiply<uint>, Multiply<ulong>>);
        table.Add("mul.hi", MultiplyHigh);
        table.Add("mul.wide", MultiplyWide);
        table.Add("mad.lo", MultiplyAdd);
        table.Add("mad.hi", MultiplyHighAdd);
        table.Add("mad.wide", MultiplyWideAdd);
        table.Add("div", BySign<Divide<short>, Divide<ushort>, Divide<int>, Divide<uint>, Divide<long>, Divide<ulong>>);
        table.Add("rem",
            BySign<Remainder<short>, Remainder<ushort>, Remainder<int>, Remainder<uint>, Remainder<long>, Remainder<ulong>>);
        table.Add("min", BySign<Minimum<short>, Minimum<ushort>, Minimum<int>, Minimum<uint>, Minimum<long>, Minimum<ulong>>);
        table.Add("max", BySign<Maximum<short>, Maximum<ushort>, Maximum<int>, Maximum<uint>, Maximum<long>, Maximum<ulong>>);
        table.Add("neg", Unary<Negate<short>, Negate<int>, Negate<long>>);
        table.Add("abs", Unary<AbsoluteInteger<short>, AbsoluteInteger<int>, AbsoluteInteger<long>>);
        table.Add("dp4a", DotProduct);
    }

    // d, a and b of the instruction's type, which may be signed or not.
    private static void ByWidth<T16, T32, T64>(Decoder decoder)
        where T16 : IVectorBinary<ushort>
        where T32 : IVectorBinary<uint>
        where T64 : IVectorBinary<ulong>
    {
        decoder.Allow("lo");
        Registers(decoder, decoder.Type);
        decoder.Result.Execute = decoder.Type.Bytes() switch
        {
            2 => &LaneLoops.Binary<ushort, ushort, ushort, T16>,
            4 => &LaneLoops.VectorBinary<uint, T32>,
            8 => &LaneLoops.VectorBinary<ulong, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void BySign<TS16, TU16, TS32, TU32, TS64, TU64>(Decoder decoder)
        where TS16 : IBinary<short, short, short>
        where TU16 : IBinary<ushort, ushort, ushort>
        where TS32 : IBinary<int, int, int>
        where TU32 : IBinary<uint, uint, uint>
        where TS64 : IBinary<long, long, long>
        where TU64 : IBinary<ulong, ulong, ulong>
    {
        decoder.Allow();
        Registers(decoder, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S16 => &LaneLoops.Binary<short, short, short, TS16>,
            PtxType.U16 => &LaneLoops.Binary<ushort, ushort, ushort, TU16>,
            PtxType.S32 => &LaneLoops.Binary<int, int, int, TS32>,
            PtxType.U32 => &LaneLoops.Binary<uint, uint, uint, TU32>,
            PtxType.S64 => &LaneLoops.Binary<long, long, long, TS64>,
            PtxType.U64 => &LaneLoops.Binary<ulong, ulong, ulong, TU64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Unary<T16, T32, T64>(Decoder decoder)
        where T16 : IUnary<short, short>
        where T32 : IUnary<int, int>
        where T64 : IUnary<long, long>
    {
        decoder.Allow();
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S16 => &LaneLoops.Unary<short, short, T16>,
            PtxType.S32 => &LaneLoops.Unary<int, int, T32>,
            PtxType.S64 => &LaneLoops.Unary<long, long, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static bool Saturates(Decoder decoder)
    {
        if (!decoder.Has("sat")) return false;
        decoder.Allow("sat");
        return decoder.Type == PtxType.S32 ? true : throw decoder.Unknown();
    }

    private static void Operands<TA, TB, TResult, TOperation>(Decoder decoder, PtxType type)
        where TA : unmanaged
        where TB : unmanaged
        where TResult : unmanaged
        where TOperation : IBinary<TA, TB, TResult>
    {
        Registers(decoder, type);
        decoder.Result.Execute = &LaneLoops.Binary<TA, TB, TResult, TOperation>;
    }

    private static void Registers(Decoder decoder, PtxType type)
    {
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, type);
        decoder.Result.A = decoder.Source(1, type);
        decoder.Result.B = decoder.Source(2, type);
    }

    private static void MultiplyHigh(Decoder decoder)
    {
        decoder.Allow("hi");
        Registers(decoder, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S16 => &LaneLoops.Binary<short, short, short, MultiplyHigh<short, int>>,
            PtxType.U16 => &LaneLoops.Binary<ushort, ushort, ushort, MultiplyHigh<ushort, uint>>,
            PtxType.S32 => &LaneLoops.Binary<int, int, int, MultiplyHigh<int, long>>,
            PtxType.U32 => &LaneLoops.Binary<uint, uint, uint, MultiplyHigh<uint, ulong>>,
            PtxType.S64 => &LaneLoops.Binary<long, long, long, MultiplyHigh<long, Int128>>,
            PtxType.U64 => &LaneLoops.Binary<ulong, ulong, ulong, MultiplyHigh<ulong, UInt128>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static PtxType Twice(Decoder decoder) => decoder.Type.Bytes() switch
    {
        2 => PtxType.B32,
        4 => PtxType.B64,
        _ => throw decoder.Unknown(),
    };

    private static void MultiplyWide(Decoder decoder)
    {
        decoder.Allow("wide");
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, Twice(decoder));
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S16 => &LaneLoops.Binary<short, short, int, MultiplyWide<short, int>>,
            PtxType.U16 => &LaneLoops.Binary<ushort, ushort, uint, MultiplyWide<ushort, uint>>,
            PtxType.S32 => &LaneLoops.Binary<int, int, long, MultiplyWide<int, long>>,
            PtxType.U32 => &LaneLoops.Binary<uint, uint, ulong, MultiplyWide<uint, ulong>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void MultiplyAdd(Decoder decoder)
    {
        decoder.Allow("lo");
        Registers(decoder, decoder.Type, decoder.Type);
        decoder.Result.Execute = decoder.Type.Bytes() switch
        {
            2 => &LaneLoops.Ternary<ushort, ushort, ushort, ushort, MultiplyAdd<ushort>>,
            4 => &LaneLoops.VectorTernary<uint, MultiplyAdd<uint>>,
            8 => &LaneLoops.VectorTernary<ulong, MultiplyAdd<ulong>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void MultiplyHighAdd(Decoder decoder)
    {
        decoder.Allow("hi");
        Registers(decoder, decoder.Type, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S32 => &LaneLoops.Ternary<int, int, int, int, MultiplyHighAdd<int, long>>,
            PtxType.U32 => &LaneLoops.Ternary<uint, uint, uint, uint, MultiplyHighAdd<uint, ulong>>,
            PtxType.S64 => &LaneLoops.Ternary<long, long, long, long, MultiplyHighAdd<long, Int128>>,
            PtxType.U64 => &LaneLoops.Ternary<ulong, ulong, ulong, ulong, MultiplyHighAdd<ulong, UInt128>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void MultiplyWideAdd(Decoder decoder)
    {
        decoder.Allow("wide");
        Registers(decoder, decoder.Type, Twice(decoder));
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.S16 => &LaneLoops.Ternary<short, short, int, int, MultiplyWideAdd<short, int>>,
            PtxType.U16 => &LaneLoops.Ternary<ushort, ushort, uint, uint, MultiplyWideAdd<ushort, uint>>,
            PtxType.S32 => &LaneLoops.Ternary<int, int, long, long, MultiplyWideAdd<int, long>>,
            PtxType.U32 => &LaneLoops.Ternary<uint, uint, ulong, ulong, MultiplyWideAdd<uint, ulong>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Registers(Decoder decoder, PtxType type, PtxType sum)
    {
        decoder.ExpectOperands(4);
        decoder.Result.D = decoder.Destination(0, sum);
        decoder.Result.A = decoder.Source(1, type);
        decoder.Result.B = decoder.Source(2, type);
        decoder.Result.C = decoder.Source(3, sum);
    }

    private static void DotProduct(Decoder decoder)
    {
        decoder.Allow();
        Registers(decoder, PtxType.B32, PtxType.B32);
        decoder.Result.Execute = (decoder.TypeAt(1), decoder.TypeAt(2)) switch
        {
            (PtxType.S32, PtxType.S32) => &LaneLoops.Ternary<uint, uint, uint, uint, DotProduct4<sbyte, sbyte>>,
            (PtxType.S32, PtxType.U32) => &LaneLoops.Ternary<uint, uint, uint, uint, DotProduct4<sbyte, byte>>,
            (PtxType.U32, PtxType.S32) => &LaneLoops.Ternary<uint, uint, uint, uint, DotProduct4<byte, sbyte>>,
            (PtxType.U32, PtxType.U32) => &LaneLoops.Ternary<uint, uint, uint, uint, DotProduct4<byte, byte>>,
            _ => throw decoder.Unknown(),
        };
    }
}

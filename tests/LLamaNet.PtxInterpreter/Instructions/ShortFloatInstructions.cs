using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Arithmetic on f16 and bf16, alone and in pairs.
internal static unsafe class ShortFloatInstructions
{
    public static bool Is(PtxType type) => type is PtxType.F16 or PtxType.BF16 or PtxType.F16x2 or PtxType.BF16x2;

    public static void Binary<TOperation>(Decoder decoder)
        where TOperation : IBinary<float, float, float>
    {
        decoder.Allow("rn", "NaN");
        Operands(decoder, 2);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.F16 => &LaneLoops.Binary<ushort, ushort, ushort, Short<HalfFormat, TOperation>>,
            PtxType.BF16 => &LaneLoops.Binary<ushort, ushort, ushort, Short<BFloatFormat, TOperation>>,
            PtxType.F16x2 => &LaneLoops.Binary<uint, uint, uint, Paired<Short<HalfFormat, TOperation>>>,
            _ => &LaneLoops.Binary<uint, uint, uint, Paired<Short<BFloatFormat, TOperation>>>,
        };
    }

    public static void MultiplyAdd(Decoder decoder)
    {
        decoder.Allow("rn");
        Operands(decoder, 3);
        decoder.Result.C = decoder.Source(3, decoder.Type);
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.F16 => &LaneLoops.Ternary<ushort, ushort, ushort, ushort, ShortMultiplyAdd<HalfFormat>>,
            PtxType.BF16 => &LaneLoops.Ternary<ushort, ushort, ushort, ushort, ShortMultiplyAdd<BFloatFormat>>,
            PtxType.F16x2 => &LaneLoops.Ternary<uint, uint, uint, uint, PairedTernary<ShortMultiplyAdd<HalfFormat>>>,
            _ => &LaneLoops.Ternary<uint, uint, uint, uint, PairedTernary<ShortMultiplyAdd<BFloatFormat>>>,
        };
    }

    // neg and abs.
    public static void Signs(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Execute = (decoder.Words[0], decoder.Type.Bytes()) switch
        {
            ("neg", 2) => &LaneLoops.Unary<ushort, ushort, LowerHalf<FlipSigns>>,
            ("neg", _) => &LaneLoops.Unary<uint, uint, FlipSigns>,
            ("abs", 2) => &LaneLoops.Unary<ushort, ushort, LowerHalf<ClearSigns>>,
            ("abs", _) => &LaneLoops.Unary<uint, uint, ClearSigns>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Operands(Decoder decoder, int sources)
    {
        decoder.ExpectOperands(sources + 1);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
    }

    private readonly struct LowerHalf<TOperation> : IUnary<ushort, ushort>
        where TOperation : IUnary<uint, uint>
    {
        public static ushort Apply(ushort a) => (ushort)TOperation.Apply(a);
    }
}

using System.Numerics;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// cvt between all types.
internal static unsafe class ConversionInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("cvt", Convert);
        // The name ends in the type of the source: floats arrive by the other way.
        table.AddFloat("cvt", Convert);
        table.AddFloat("cvt.rna.tf32.f32", decoder => Set<float, float, ToTensorFloat>(decoder, PtxType.B32, PtxType.F32));
    }

    private static void Convert(Decoder decoder)
    {
        decoder.Allow("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi", "ftz", "sat", "relu");
        PtxType from = decoder.Type;
        PtxType to = decoder.TypeAt(decoder.Words.Count - 2);
        if (to is PtxType.F16x2 or PtxType.BF16x2)
        {
            Pack(decoder, to);
            return;
        }

        decoder.ExpectOperands(2);
        if (!from.IsFloat() && !to.IsFloat()) IntegerToInteger(decoder, from, to);
        else if (!from.IsFloat()) IntegerToFloat(decoder, from, to);
        else if (!to.IsFloat()) FloatToInteger(decoder, from, to);
        else FloatToFloat(decoder, from, to);
    }

    private static void Set<TA, TResult, TOperation>(Decoder decoder, PtxType to, PtxType from)
        where TA : unmanaged
        where TResult : unmanaged
        where TOperation : IUnary<TA, TResult>
    {
        if (sizeof(TA) < 8 && decoder.WidthOfSource(decoder.Operands[1]) == 8) throw decoder.Unknown();
        decoder.Result.D = decoder.Destination(0, to);
        decoder.Result.A = decoder.Source(1, from, orWider: true);
        decoder.Result.Execute = &LaneLoops.Unary<TA, TResult, TOperation>;
    }

    private static void IntegerToInteger(Decoder decoder, PtxType from, PtxType to)
    {
        switch (from)
        {
            case PtxType.U8: IntegerToInteger<byte>(decoder, from, to); break;
            case PtxType.S8: IntegerToInteger<sbyte>(decoder, from, to); break;
            case PtxType.U16: IntegerToInteger<ushort>(decoder, from, to); break;
            case PtxType.S16: IntegerToInteger<short>(decoder, from, to); break;
            case PtxType.U32: IntegerToInteger<uint>(decoder, from, to); break;
            case PtxType.S32: IntegerToInteger<int>(decoder, from, to); break;
            case PtxType.U64: IntegerToInteger<ulong>(decoder, from, to); break;
            case PtxType.S64: IntegerToInteger<long>(decoder, from, to); break;
            default: throw decoder.Unknown();
        }
    }

    private static void IntegerToInteger<TA>(Decoder decoder, PtxType from, PtxType to)
        where TA : unmanaged, IBinaryInteger<TA>
    {
        switch (to)
        {
            case PtxType.U8: Resize<TA, byte>(decoder, from, to); break;
            case PtxType.S8: Resize<TA, sbyte>(decoder, from, to); break;
            case PtxType.U16: Resize<TA, ushort>(decoder, from, to); break;
            case PtxType.S16: Resize<TA, short>(decoder, from, to); break;
            case PtxType.U32: Resize<TA, uint>(decoder, from, to); break;
            case PtxType.S32: Resize<TA, int>(decoder, from, to); break;
            case PtxType.U64: Resize<TA, ulong>(decoder, from, to); break;
            case PtxType.S64: Resize<TA, long>(decoder, from, to); break;
            default: throw decoder.Unknown();
        }
    }

    private static void Resize<TA, TResult>(Decoder decoder, PtxType from, PtxType to)
        where TA : unmanaged, IBinaryInteger<TA>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        if (from.Bytes() < 8 && decoder.WidthOfSource(decoder.Operands[1]) == 8)
        {
            if (decoder.Has("sat")) throw decoder.Unknown();
            Integer<ulong, TResult, LowerPart<TA, TResult, Resize<TA, TResult>>>(decoder, from, to);
        }
        else if (decoder.Has("sat")) Integer<TA, TResult, ResizeSaturated<TA, TResult>>(decoder, from, to);
        else Integer<TA, TResult, Resize<TA, TResult>>(decoder, from, to);
    }

    // The result may go to a wider register, which it fills by its sign.
    private static void Integer<TA, TResult, TOperation>(Decoder decoder, PtxType from, PtxType to)
        where TA : unmanaged
        where TResult : unmanaged, IBinaryInteger<TResult>
        where TOperation : IUnary<TA, TResult>
    {
        decoder.Result.D = decoder.Destination(0, to, orWider: true);
        decoder.Result.A = decoder.Source(1, from, orWider: true);
        int width = decoder.WidthOf(decoder.Operands[0]);
        decoder.Result.Execute = width == to.Bytes() ? &LaneLoops.Unary<TA, TResult, TOperation> : width switch
        {
            2 => &LaneLoops.Unary<TA, ushort, Narrow<TA, TResult, ushort, TOperation>>,
            4 => &LaneLoops.Unary<TA, uint, Narrow<TA, TResult, uint, TOperation>>,
            _ => &LaneLoops.Unary<TA, ulong, Narrow<TA, TResult, ulong, TOperation>>,
        };
    }

    private static void IntegerToFloat(Decoder decoder, PtxType from, PtxType to)
    {
        if (!decoder.Has("rn")) throw decoder.Unknown();
        switch (to)
        {
            case PtxType.F32: IntegerToFloat<float>(decoder, from, to); break;
            case PtxType.F64: IntegerToFloat<double>(decoder, from, to); break;
            case PtxType.F16: IntegerToFloat<Half>(decoder, from, to); break;
            default: throw decoder.Unknown();
        }
    }

    private static void IntegerToFloat<TResult>(Decoder decoder, PtxType from, PtxType to)
        where TResult : unmanaged, IBinaryFloatingPointIeee754<TResult>
    {
        switch (from)
        {
            case PtxType.U8: Set<byte, TResult, ToFloat<byte, TResult>>(decoder, to, from); break;
            case PtxType.S8: Set<sbyte, TResult, ToFloat<sbyte, TResult>>(decoder, to, from); break;
            case PtxType.U16: Set<ushort, TResult, ToFloat<ushort, TResult>>(decoder, to, from); break;
            case PtxType.S16: Set<short, TResult, ToFloat<short, TResult>>(decoder, to, from); break;
            case PtxType.U32: Set<uint, TResult, ToFloat<uint, TResult>>(decoder, to, from); break;
            case PtxType.S32: Set<int, TResult, ToFloat<int, TResult>>(decoder, to, from); break;
            case PtxType.U64: Set<ulong, TResult, ToFloat<ulong, TResult>>(decoder, to, from); break;
            case PtxType.S64: Set<long, TResult, ToFloat<long, TResult>>(decoder, to, from); break;
            default: throw decoder.Unknown();
        }
    }

    private static void FloatToInteger(Decoder decoder, PtxType from, PtxType to)
    {
        switch (from)
        {
            case PtxType.F32: FloatToInteger<float>(decoder, from, to); break;
            case PtxType.F64: FloatToInteger<double>(decoder, from, to); break;
            case PtxType.F16: FloatToInteger<Half>(decoder, from, to); break;
            default: throw decoder.Unknown();
        }
    }

    private static void FloatToInteger<TA>(Decoder decoder, PtxType from, PtxType to)
        where TA : unmanaged, IBinaryFloatingPointIeee754<TA>
    {
        if (decoder.Has("rni")) FloatToInteger<TA, ToNearest>(decoder, from, to);
        else if (decoder.Has("rzi")) FloatToInteger<TA, TowardZero>(decoder, from, to);
        else if (decoder.Has("rmi")) FloatToInteger<TA, Down>(decoder, from, to);
        else if (decoder.Has("rpi")) FloatToInteger<TA, Up>(decoder, from, to);
        else throw decoder.Unknown();
    }

    private static void FloatToInteger<TA, TRounding>(Decoder decoder, PtxType from, PtxType to)
        where TA : unmanaged, IBinaryFloatingPointIeee754<TA>
        where TRounding : IRounding
    {
        switch (to)
        {
            case PtxType.U8: Integer<TA, byte, ToInteger<TA, byte, TRounding>>(decoder, from, to); break;
            case PtxType.S8: Integer<TA, sbyte, ToInteger<TA, sbyte, TRounding>>(decoder, from, to); break;
            case PtxType.U16: Integer<TA, ushort, ToInteger<TA, ushort, TRounding>>(decoder, from, to); break;
            case PtxType.S16: Integer<TA, short, ToInteger<TA, short, TRounding>>(decoder, from, to); break;
            case PtxType.U32: Integer<TA, uint, ToInteger<TA, uint, TRounding>>(decoder, from, to); break;
            case PtxType.S32: Integer<TA, int, ToInteger<TA, int, TRounding>>(decoder, from, to); break;
            case PtxType.U64: Integer<TA, ulong, ToInteger<TA, ulong, TRounding>>(decoder, from, to); break;
            case PtxType.S64: Integer<TA, long, ToInteger<TA, long, TRounding>>(decoder, from, to); break;
            default: throw decoder.Unknown();
        }
    }

    private static void FloatToFloat(Decoder decoder, PtxType from, PtxType to)
    {
        bool nearest = decoder.Has("rn"), zero = decoder.Has("rz");
        switch (from, to)
        {
            case (PtxType.F16, PtxType.F32): Set<ushort, float, HalfToSingle>(decoder, to, from); break;
            case (PtxType.BF16, PtxType.F32): Set<ushort, float, BFloatToSingle>(decoder, to, from); break;
            case (PtxType.F32, PtxType.F64): Set<float, double, SingleToDouble>(decoder, to, from); break;
            case (PtxType.F64, PtxType.F32) when nearest: Set<double, float, DoubleToSingle>(decoder, to, from); break;
            case (PtxType.F32, PtxType.F16) when nearest: Narrowed<SingleToHalf>(decoder, to); break;
            case (PtxType.F32, PtxType.F16) when zero: Narrowed<SingleToHalfTruncated>(decoder, to); break;
            case (PtxType.F32, PtxType.BF16) when nearest: Narrowed<SingleToBFloat>(decoder, to); break;
            case (PtxType.F32, PtxType.BF16) when zero: Narrowed<SingleToBFloatTruncated>(decoder, to); break;
            case (PtxType.F32, PtxType.F32) when decoder.Has("sat"): Flushable<Saturated>(decoder); break;
            case (PtxType.F32, PtxType.F32): Rounded(decoder); break;
            case (PtxType.F64, PtxType.F64): RoundedDouble(decoder); break;
            default: throw decoder.Unknown();
        }
    }

    private static void Narrowed<TOperation>(Decoder decoder, PtxType to)
        where TOperation : IUnary<float, ushort>
    {
        if (decoder.Has("sat")) throw decoder.Unknown();
        if (decoder.Has("relu")) Set<float, ushort, Rectified<TOperation>>(decoder, to, PtxType.F32);
        else Set<float, ushort, TOperation>(decoder, to, PtxType.F32);
    }

    private static void Rounded(Decoder decoder)
    {
        if (decoder.Has("rni")) Flushable<RoundToInteger<float, ToNearest>>(decoder);
        else if (decoder.Has("rzi")) Flushable<RoundToInteger<float, TowardZero>>(decoder);
        else if (decoder.Has("rmi")) Flushable<RoundToInteger<float, Down>>(decoder);
        else if (decoder.Has("rpi")) Flushable<RoundToInteger<float, Up>>(decoder);
        else Flushable<Unchanged>(decoder);
    }

    private static void RoundedDouble(Decoder decoder)
    {
        if (decoder.Has("rni")) Set<double, double, RoundToInteger<double, ToNearest>>(decoder, PtxType.F64, PtxType.F64);
        else if (decoder.Has("rzi")) Set<double, double, RoundToInteger<double, TowardZero>>(decoder, PtxType.F64, PtxType.F64);
        else if (decoder.Has("rmi")) Set<double, double, RoundToInteger<double, Down>>(decoder, PtxType.F64, PtxType.F64);
        else if (decoder.Has("rpi")) Set<double, double, RoundToInteger<double, Up>>(decoder, PtxType.F64, PtxType.F64);
        else throw decoder.Unknown();
    }

    private static void Flushable<TOperation>(Decoder decoder)
        where TOperation : IUnary<float, float>
    {
        if (decoder.Has("ftz")) Set<float, float, Flushed<TOperation>>(decoder, PtxType.F32, PtxType.F32);
        else Set<float, float, TOperation>(decoder, PtxType.F32, PtxType.F32);
    }

    private static void Pack(Decoder decoder, PtxType to)
    {
        decoder.ExpectOperands(3);
        if (decoder.Type != PtxType.F32 || decoder.Has("sat")) throw decoder.Unknown();
        decoder.Result.D = decoder.Destination(0, to);
        decoder.Result.A = decoder.Source(1, PtxType.F32);
        decoder.Result.B = decoder.Source(2, PtxType.F32);
        decoder.Result.Execute = (to, decoder.Has("rz"), decoder.Has("relu")) switch
        {
            (PtxType.F16x2, false, false) => &LaneLoops.Binary<float, float, uint, Pack<SingleToHalf>>,
            (PtxType.F16x2, true, false) => &LaneLoops.Binary<float, float, uint, Pack<SingleToHalfTruncated>>,
            (PtxType.F16x2, false, true) => &LaneLoops.Binary<float, float, uint, Pack<Rectified<SingleToHalf>>>,
            (PtxType.BF16x2, false, false) => &LaneLoops.Binary<float, float, uint, Pack<SingleToBFloat>>,
            (PtxType.BF16x2, true, false) => &LaneLoops.Binary<float, float, uint, Pack<SingleToBFloatTruncated>>,
            (PtxType.BF16x2, false, true) => &LaneLoops.Binary<float, float, uint, Pack<Rectified<SingleToBFloat>>>,
            _ => throw decoder.Unknown(),
        };
    }
}

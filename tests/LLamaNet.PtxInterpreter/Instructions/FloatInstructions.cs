using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Arithmetic on floating-point numbers, rounded to nearest even.
internal static unsafe class FloatInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.AddFloat("add", Arithmetic<Add<float>, Add<double>>);
        table.AddFloat("sub", Arithmetic<Subtract<float>, Subtract<double>>);
        table.AddFloat("mul", Arithmetic<Multiply<float>, Multiply<double>>);
        table.AddFloat("fma", MultiplyAdd);
        table.AddFloat("mad", MultiplyAdd);
        table.AddFloat("div", Arithmetic<DivideFloat<float>, DivideFloat<double>>);
        table.AddFloat("max", decoder =>
        {
            if (decoder.Has("NaN")) Choice<MaximumOrNaN<float>, MaximumOrNaN<double>>(decoder);
            else Choice<MaximumNumber<float>, MaximumNumber<double>>(decoder);
        });
        table.AddFloat("min", decoder =>
        {
            if (decoder.Has("NaN")) Choice<MinimumOrNaN<float>, MinimumOrNaN<double>>(decoder);
            else Choice<MinimumNumber<float>, MinimumNumber<double>>(decoder);
        });
        table.AddFloat("copysign", Choice<CopySign<float>, CopySign<double>>);
        table.AddFloat("neg", Unary<Negate<float>, Negate<double>>);
        table.AddFloat("abs", Unary<AbsoluteFloat<float>, AbsoluteFloat<double>>);
        table.AddFloat("sqrt", Unary<SquareRoot<float>, SquareRoot<double>>);
        table.AddFloat("rcp", Unary<Reciprocal<float>, Reciprocal<double>>);
        table.AddFloat("rsqrt", Unary<ReciprocalSquareRoot, ReciprocalSquareRootDouble>);
        table.AddFloat("ex2.approx", Single<Exponential2>);
        table.AddFloat("lg2.approx", Single<Logarithm2>);
        table.AddFloat("sin.approx", Single<Sine>);
        table.AddFloat("cos.approx", Single<Cosine>);
        table.AddFloat("tanh.approx", Single<HyperbolicTangent>);
    }

    private static void Arithmetic<T32, T64>(Decoder decoder)
        where T32 : IVectorBinary<float>
        where T64 : IVectorBinary<double>
    {
        if (ShortFloatInstructions.Is(decoder.Type) && decoder.Words[0] != "div")
        {
            ShortFloatInstructions.Binary<T32>(decoder);
            return;
        }

        decoder.Allow("rn", "approx", "full", "ftz", "sat");
        Binary(decoder);
        decoder.Result.Execute = (decoder.Type, decoder.Has("ftz"), decoder.Has("sat")) switch
        {
            (PtxType.F32, false, false) => &LaneLoops.VectorBinary<float, T32>,
            (PtxType.F32, true, false) => &LaneLoops.Binary<float, float, float, FlushedBinary<T32>>,
            (PtxType.F32, false, true) => &LaneLoops.Binary<float, float, float, SaturatedBinary<T32>>,
            (PtxType.F32, true, true) => &LaneLoops.Binary<float, float, float, SaturatedBinary<FlushedBinary<T32>>>,
            (PtxType.F64, false, false) => &LaneLoops.VectorBinary<double, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Choice<T32, T64>(Decoder decoder)
        where T32 : IBinary<float, float, float>
        where T64 : IBinary<double, double, double>
    {
        if (ShortFloatInstructions.Is(decoder.Type))
        {
            ShortFloatInstructions.Binary<T32>(decoder);
            return;
        }

        decoder.Allow("ftz", "NaN");
        Binary(decoder);
        decoder.Result.Execute = (decoder.Type, decoder.Has("ftz")) switch
        {
            (PtxType.F32, false) => &LaneLoops.Binary<float, float, float, T32>,
            (PtxType.F32, true) => &LaneLoops.Binary<float, float, float, FlushedBinary<T32>>,
            (PtxType.F64, false) => &LaneLoops.Binary<double, double, double, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void MultiplyAdd(Decoder decoder)
    {
        if (ShortFloatInstructions.Is(decoder.Type))
        {
            ShortFloatInstructions.MultiplyAdd(decoder);
            return;
        }

        decoder.Allow("rn", "ftz", "sat");
        decoder.ExpectOperands(4);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
        decoder.Result.C = decoder.Source(3, decoder.Type);
        decoder.Result.Execute = (decoder.Type, decoder.Has("ftz"), decoder.Has("sat")) switch
        {
            (PtxType.F32, false, false) => &LaneLoops.VectorTernary<float, FusedMultiplyAdd<float>>,
            (PtxType.F32, true, false) => &LaneLoops.Ternary<float, float, float, float, FlushedTernary<FusedMultiplyAdd<float>>>,
            (PtxType.F32, false, true) =>
                &LaneLoops.Ternary<float, float, float, float, SaturatedTernary<FusedMultiplyAdd<float>>>,
            (PtxType.F32, true, true) =>
                &LaneLoops.Ternary<float, float, float, float, SaturatedTernary<FlushedTernary<FusedMultiplyAdd<float>>>>,
            (PtxType.F64, false, false) => &LaneLoops.VectorTernary<double, FusedMultiplyAdd<double>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Unary<T32, T64>(Decoder decoder)
        where T32 : IUnary<float, float>
        where T64 : IUnary<double, double>
    {
        if (ShortFloatInstructions.Is(decoder.Type))
        {
            ShortFloatInstructions.Signs(decoder);
            return;
        }

        decoder.Allow("rn", "approx", "ftz");
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Execute = (decoder.Type, decoder.Has("ftz")) switch
        {
            (PtxType.F32, false) => &LaneLoops.Unary<float, float, T32>,
            (PtxType.F32, true) => &LaneLoops.Unary<float, float, Flushed<T32>>,
            (PtxType.F64, false) => &LaneLoops.Unary<double, double, T64>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Single<TOperation>(Decoder decoder)
        where TOperation : IUnary<float, float>
    {
        decoder.Allow("approx", "ftz");
        if (decoder.Type != PtxType.F32) throw decoder.Unknown();
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.Destination(0, PtxType.F32);
        decoder.Result.A = decoder.Source(1, PtxType.F32);
        decoder.Result.Execute = decoder.Has("ftz")
            ? &LaneLoops.Unary<float, float, Flushed<TOperation>> : &LaneLoops.Unary<float, float, TOperation>;
    }

    private static void Binary(Decoder decoder)
    {
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
    }
}

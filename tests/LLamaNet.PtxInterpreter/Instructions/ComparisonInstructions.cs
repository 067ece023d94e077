using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// setp, selp, slct and testp.
internal static unsafe class ComparisonInstructions
{
    // How setp combines the comparison with its predicate operand.
    private const int And = 1, Or = 2, Xor = 3;

    public static void AddTo(InstructionTable table)
    {
        table.Add("setp", SetPredicate);
        table.AddFloat("setp", SetPredicate);
        table.Add("selp", Select);
        table.AddFloat("selp", Select);
        table.AddFloat("testp", TestProperty);
    }

    private static void SetPredicate(Decoder decoder)
    {
        decoder.Allow("eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu",
            "num", "nan",
            "and", "or", "xor", "ftz");
        string[] destinations = decoder.Operands[0].Split('|', StringSplitOptions.TrimEntries);
        decoder.Result.D = decoder.PredicateDestination(destinations[0]);
        decoder.Result.E = destinations.Length > 1 ? decoder.PredicateDestination(destinations[1]) : -1;
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
        decoder.Result.Mode = decoder.Has("and") ? And : decoder.Has("or") ? Or : decoder.Has("xor") ? Xor : 0;
        decoder.ExpectOperands(decoder.Result.Mode == 0 ? 3 : 4);
        if (decoder.Result.Mode != 0) decoder.Result.C = decoder.Predicate(decoder.Operands[3], out decoder.Result.Flag);
        switch (decoder.Type)
        {
            case PtxType.B16 or PtxType.U16: Unsigned<ushort>(decoder); break;
            case PtxType.S16: Signed<short>(decoder); break;
            case PtxType.B32 or PtxType.U32: Unsigned<uint>(decoder); break;
            case PtxType.S32: Signed<int>(decoder); break;
            case PtxType.B64 or PtxType.U64: Unsigned<ulong>(decoder); break;
            case PtxType.S64: Signed<long>(decoder); break;
            case PtxType.F32 when decoder.Has("ftz"): FlushedFloat(decoder); break;
            case PtxType.F32: Float<float>(decoder); break;
            case PtxType.F64: Float<double>(decoder); break;
            case PtxType.F16: Float<Half>(decoder); break;
            default: throw decoder.Unknown();
        }
    }

    private static void Unsigned<T>(Decoder decoder)
        where T : unmanaged, INumber<T>
    {
        switch (decoder.Words[1])
        {
            case "lo": Set<T, Less<T>>(decoder); break;
            case "ls": Set<T, LessOrEqual<T>>(decoder); break;
            case "hi": Set<T, Greater<T>>(decoder); break;
            case "hs": Set<T, GreaterOrEqual<T>>(decoder); break;
            default: Signed<T>(decoder); break;
        }
    }

    private static void Signed<T>(Decoder decoder)
        where T : unmanaged, INumber<T>
    {
        switch (decoder.Words[1])
        {
            case "eq": Set<T, Equal<T>>(decoder); break;
            case "ne": Set<T, NotEqual<T>>(decoder); break;
            case "lt": Set<T, Less<T>>(decoder); break;
            case "le": Set<T, LessOrEqual<T>>(decoder); break;
            case "gt": Set<T, Greater<T>>(decoder); break;
            case "ge": Set<T, GreaterOrEqual<T>>(decoder); break;
            default: throw decoder.Unknown();
        }
    }

    private static void Float<T>(Decoder decoder)
        where T : unmanaged, INumber<T>
    {
        switch (decoder.Words[1])
        {
            case "equ": Set<T, Not<T, NotEqual<T>>>(decoder); break;
            case "neu": Set<T, Not<T, Equal<T>>>(decoder); break;
            case "ltu": Set<T, Not<T, GreaterOrEqual<T>>>(decoder); break;
            case "leu": Set<T, Not<T, Greater<T>>>(decoder); break;
            case "gtu": Set<T, Not<T, LessOrEqual<T>>>(decoder); break;
            case "geu": Set<T, Not<T, Less<T>>>(decoder); break;
            case "num": Set<T, BothNumbers<T>>(decoder); break;
            case "nan": Set<T, Not<T, BothNumbers<T>>>(decoder); break;
            default: Signed<T>(decoder); break;
        }
    }

    private static void FlushedFloat(Decoder decoder)
    {
        switch (decoder.Words[1])
        {
            case "eq": Set<float, FlushedComparison<Equal<float>>>(decoder); break;
            case "ne": Set<float, FlushedComparison<NotEqual<float>>>(decoder); break;
            case "lt": Set<float, FlushedComparison<Less<float>>>(decoder); break;
            case "le": Set<float, FlushedComparison<LessOrEqual<float>>>(decoder); break;
            case "gt": Set<float, FlushedComparison<Greater<float>>>(decoder); break;
            case "ge": Set<float, FlushedComparison<GreaterOrEqual<float>>>(decoder); break;
            case "equ": Set<float, FlushedComparison<Not<float, NotEqual<float>>>>(decoder); break;
            case "neu": Set<float, FlushedComparison<Not<float, Equal<float>>>>(decoder); break;
            case "ltu": Set<float, FlushedComparison<Not<float, GreaterOrEqual<float>>>>(decoder); break;
            case "leu": Set<float, FlushedComparison<Not<float, Greater<float>>>>(decoder); break;
            case "gtu": Set<float, FlushedComparison<Not<float, LessOrEqual<float>>>>(decoder); break;
            case "geu": Set<float, FlushedComparison<Not<float, Less<float>>>>(decoder); break;
            default: Float<float>(decoder); break;
        }
    }

    private static void Set<T, TComparison>(Decoder decoder)
        where T : unmanaged
        where TComparison : IComparison<T> =>
        decoder.Result.Execute = sizeof(T) >= 4 && decoder.Result.Mode == 0 && decoder.Result.E < 0
            ? &SetVector<T, TComparison> : &Set<T, TComparison>;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SetVector<T, TComparison>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
        where TComparison : IComparison<T>
    {
        T* a = (T*)(warp.Registers + instruction->A), b = (T*)(warp.Registers + instruction->B);
        uint result = 0;
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
            result |= TComparison.Apply(Vector256.Load(a + lane), Vector256.Load(b + lane)).ExtractMostSignificantBits() << lane;
        warp.SetPredicate(instruction->D, mask, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Set<T, TComparison>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
        where TComparison : IComparison<T>
    {
        byte* a = warp.Registers + instruction->A, b = warp.Registers + instruction->B;
        uint result = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (TComparison.Apply(LaneRegister.Get<T>(a, lane), LaneRegister.Get<T>(b, lane))) result |= 1u << lane;
        }

        if (instruction->Mode == 0)
        {
            warp.SetPredicate(instruction->D, mask, result);
            if (instruction->E >= 0) warp.SetPredicate(instruction->E, mask, ~result);
            return;
        }

        uint third = warp.Predicates[instruction->C] ^ (instruction->Flag ? Warp.AllLanes : 0);
        warp.SetPredicate(instruction->D, mask, Combine(instruction->Mode, result, third));
        if (instruction->E >= 0) warp.SetPredicate(instruction->E, mask, Combine(instruction->Mode, ~result, third));
    }

    private static uint Combine(int mode, uint a, uint b) => mode switch { And => a & b, Or => a | b, _ => a ^ b };

    private static void Select(Decoder decoder)
    {
        decoder.Allow();
        decoder.ExpectOperands(4);
        decoder.Result.D = decoder.Destination(0, decoder.Type);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.B = decoder.Source(2, decoder.Type);
        decoder.Result.C = decoder.Predicate(decoder.Operands[3], out decoder.Result.Flag);
        decoder.Result.Execute = decoder.Type.Bytes() == 8 ? &Select<ulong> : &Select<uint>;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Select<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
    {
        T* d = (T*)(warp.Registers + instruction->D), a = (T*)(warp.Registers + instruction->A);
        var b = (T*)(warp.Registers + instruction->B);
        uint chosen = warp.Predicates[instruction->C] ^ (instruction->Flag ? Warp.AllLanes : 0);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            d[lane] = (chosen >> lane & 1) != 0 ? a[lane] : b[lane];
        }
    }

    private static void TestProperty(Decoder decoder)
    {
        decoder.ExpectOperands(2);
        decoder.Result.D = decoder.PredicateDestination(0);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        decoder.Result.Mode = Array.IndexOf(["finite", "infinite", "number", "notanumber", "normal", "subnormal"],
            decoder.Words[1]);
        if (decoder.Result.Mode < 0) throw decoder.Unknown();
        decoder.Result.Execute = decoder.Type switch
        {
            PtxType.F32 => &TestProperty<float>,
            PtxType.F64 => &TestProperty<double>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void TestProperty<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        uint result = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T value = LaneRegister.Get<T>(warp.Registers + instruction->A, lane);
            bool holds = instruction->Mode switch
            {
                0 => T.IsFinite(value),
                1 => T.IsInfinity(value),
                2 => !T.IsNaN(value),
                3 => T.IsNaN(value),
                // The manual counts zero as normal.
                4 => T.IsNormal(value) || T.IsZero(value),
                _ => T.IsSubnormal(value),
            };
            if (holds) result |= 1u << lane;
        }

        warp.SetPredicate(instruction->D, mask, result);
    }
}

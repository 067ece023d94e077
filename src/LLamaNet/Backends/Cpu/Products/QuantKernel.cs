using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// sum += d * da * (multiplier * value(q) . a) + m * minimum * da * sum(a)         over the steps of a row, da the token's
// Weights are multiplied as value(q) + zero. Without multipliers the zero point counts as a minimum of -zero * d.
// Shapes    see TileKernel; TileLayout and QuantizedRecord have the formats.
// Threads   none; the callers share out panels.
// Numerics  the products of a step are exact integers; then one FMA a step into an f32, and one or two for the minimums.
internal sealed unsafe class QuantKernel<TRegister, TDots, TFormat> : TileKernel
    where TRegister : unmanaged, IRegister<TRegister>
    where TDots : struct, IByteDots<TRegister>
    where TFormat : struct, IBlockFormat
{
    // Without &&, || and ?: the compiler decides conditions on constants while it inlines. Constants of a format are such, too.
    private static bool HasMinimum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.MinimumSign != 0 | TFormat.ZeroPoint != 0 & TFormat.Multipliers == 0;
    }

    private static bool HasCodebook
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.OperandBits != TileLayout<TFormat>.Bits;
    }

    private static bool HasHalves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TDots.HalvesBytes & TFormat.OperandBits == 8;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(CpuWeight.Part part, int firstPanel, int endPanel, ActivationRecords records, PanelOutputs y)
    {
        float* sums = stackalloc float[GroupTokens * Rows];
        int blocks = part.Steps / TileLayout<TFormat>.Steps;
        for (int group = 0; group < records.Groups; group++)
        {
            int tokens = records.TokensOf(group);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                if (tokens == 1) Run<OneToken>(part.Panel(panel), blocks, records.Group(group), 1, sums);
                else Run<ManyTokens>(part.Panel(panel), blocks, records.Group(group), tokens, sums);
                y.Store<TRegister>(sums, Rows, group, tokens, part, panel);
            }
        }
    }

    // The compiler stops inlining in a method that has come to 512 locals, most of them those of inlined methods. The rest
    // stay calls, and the kernel is ten times as slow. So constants are made once and offsets computed once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TTokens>(byte* tile, int blocks, byte* records, int tokens, float* sums)
        where TTokens : struct, ITokens
    {
        new Span<float>(sums, tokens * Rows).Clear();
        int tileBytes = TileLayout<TFormat>.TileBytes, bytesOfStep = tileBytes / TileLayout<TFormat>.Steps;
        int firstQuants = TileLayout<TFormat>.QuantsOffset, stepBytes = TileLayout<TFormat>.StepBytes;
        int firstMultipliers = TileLayout<TFormat>.MultipliersOffset, firstMinimums = TileLayout<TFormat>.MinimumsOffset;
        TRegister lowMask = TRegister.SplatByte((byte)((1 << TFormat.LowBits) - 1)), one = TRegister.SplatShort(1);
        TRegister highMask = TRegister.SplatByte((byte)(((1 << TFormat.HighBits) - 1) << TFormat.LowBits));
        TRegister operands = default, upperHalves = default;
        if (HasCodebook)
        {
            Vector128<byte> values = TFormat.Codebook.AsByte() + Vector128.Create((byte)TFormat.ZeroPoint);
            operands = TRegister.SplatTable(HasHalves ? values & Vector128.Create((byte)15) : values);
            upperHalves = TRegister.SplatTable(values >>> 4);
        }

        var widening = new F16Widening<TRegister>();
        TRegister held = TRegister.Zero; // the one token's sum
        byte* region = tile;

        for (int block = 0; block < blocks; block++)
        {
            if (tile >= region) region = CacheHint.EnterRegion(tile);

            for (int lane = 0; lane < Rows; lane += TRegister.Lanes)
            {
                TRegister scale = TRegister.LoadF16((ushort*)tile + lane, widening), blockMinimum = scale;
                if (HasMinimum)
                {
                    float factor = TFormat.MinimumSign == 0 ? -TFormat.ZeroPoint : TFormat.MinimumSign;
                    if (TFormat.MinimumSign != 0) blockMinimum = TRegister.LoadF16((ushort*)tile + Rows + lane, widening);
                    blockMinimum = TRegister.MultiplyFloats(blockMinimum, TRegister.SplatFloat(factor));
                }

                byte* record = records;
                for (int step = 0; step < TileLayout<TFormat>.Steps; step++)
                {
                    if (lane == 0) CacheHint.Prefetch(tile + PrefetchDistance + step * bytesOfStep, bytesOfStep);

                    byte* planes = tile + firstQuants + step * stepBytes + 4 * lane;
                    TRegister w0 = BitPlanes.Group<TRegister, TFormat>(planes, 0, lowMask, highMask);
                    TRegister w4 = BitPlanes.Group<TRegister, TFormat>(planes, 4, lowMask, highMask);
                    TRegister w1 = BitPlanes.Group<TRegister, TFormat>(planes, 1, lowMask, highMask);
                    TRegister w5 = BitPlanes.Group<TRegister, TFormat>(planes, 5, lowMask, highMask);
                    TRegister w2 = BitPlanes.Group<TRegister, TFormat>(planes, 2, lowMask, highMask);
                    TRegister w6 = BitPlanes.Group<TRegister, TFormat>(planes, 6, lowMask, highMask);
                    TRegister w3 = BitPlanes.Group<TRegister, TFormat>(planes, 3, lowMask, highMask);
                    TRegister w7 = BitPlanes.Group<TRegister, TFormat>(planes, 7, lowMask, highMask);
                    TRegister h0 = default, h1 = default, h2 = default, h3 = default;
                    TRegister h4 = default, h5 = default, h6 = default, h7 = default;
                    if (HasCodebook)
                    {
                        if (HasHalves)
                        {
                            h0 = TRegister.LookUp(upperHalves, w0);
                            h1 = TRegister.LookUp(upperHalves, w1);
                            h2 = TRegister.LookUp(upperHalves, w2);
                            h3 = TRegister.LookUp(upperHalves, w3);
                            h4 = TRegister.LookUp(upperHalves, w4);
                            h5 = TRegister.LookUp(upperHalves, w5);
                            h6 = TRegister.LookUp(upperHalves, w6);
                            h7 = TRegister.LookUp(upperHalves, w7);
                        }

                        w0 = TRegister.LookUp(operands, w0);
                        w1 = TRegister.LookUp(operands, w1);
                        w2 = TRegister.LookUp(operands, w2);
                        w3 = TRegister.LookUp(operands, w3);
                        w4 = TRegister.LookUp(operands, w4);
                        w5 = TRegister.LookUp(operands, w5);
                        w6 = TRegister.LookUp(operands, w6);
                        w7 = TRegister.LookUp(operands, w7);
                    }
                    else if (HasHalves)
                    {
                        (h0, w0, h1, w1) = (High(w0), Low(w0), High(w1), Low(w1));
                        (h2, w2, h3, w3) = (High(w2), Low(w2), High(w3), Low(w3));
                        (h4, w4, h5, w5) = (High(w4), Low(w4), High(w5), Low(w5));
                        (h6, w6, h7, w7) = (High(w6), Low(w6), High(w7), Low(w7));
                    }

                    sbyte* multipliers = (sbyte*)tile + firstMultipliers + Rows * TFormat.Multipliers * step + lane;
                    TRegister first = one, second = first, zero = one;
                    if (TFormat.Multipliers > 0) second = first = TDots.LoadMultipliers(multipliers);
                    if (TFormat.Multipliers > 1) second = TDots.LoadMultipliers(multipliers + Rows);
                    if (TFormat.Multipliers > 0 & TFormat.ZeroPoint != 0)
                    {
                        zero = TRegister.LoadSBytePairs(multipliers, multipliers + Rows * (TFormat.Multipliers - 1));
                        zero = TRegister.ShiftLeft(zero, int.Log2(TFormat.ZeroPoint));
                    }

                    sbyte* minimums = (sbyte*)tile + firstMinimums + Rows * TFormat.Minimums * step + lane;
                    TRegister minimum = blockMinimum, difference = blockMinimum;
                    if (TFormat.Minimums == 1)
                        minimum = TRegister.MultiplyFloats(minimum, TRegister.ToFloat(TRegister.LoadSBytes(minimums)));
                    if (TFormat.Minimums == 2)
                    {
                        // min0 * sum0 + min1 * sum1 = min1 * (sum0 + sum1) + (min0 - min1) * sum0
                        TRegister lower = TRegister.LoadSBytes(minimums), upper = TRegister.LoadSBytes(minimums + Rows);
                        difference = TRegister.MultiplyFloats(minimum, TRegister.ToFloat(TRegister.SubtractInts(lower, upper)));
                        minimum = TRegister.MultiplyFloats(minimum, TRegister.ToFloat(upper));
                    }

                    float* sum = sums + lane;
                    int token = 0;
                    do
                    {
                        TRegister dot = TDots.Dot(
                            TFormat.OperandBits, TFormat.Multipliers,
                            w0, w1, w2, w3, w4, w5, w6, w7, h0, h1, h2, h3, h4, h5, h6, h7, first, second, record);
                        if (TFormat.ZeroPoint != 0 && !HasMinimum)
                        {
                            TRegister halfSums = TRegister.Broadcast(record + QuantizedRecord.HalfSumsOffset);
                            dot = TRegister.SubtractInts(dot, TRegister.MultiplyShorts(zero, halfSums));
                        }

                        TRegister factor = TRegister.MultiplyFloats(
                            scale, TRegister.Broadcast(record + QuantizedRecord.ScaleOffset));
                        TRegister total = TRegister.MultiplyAdd(
                            TRegister.ToFloat(dot), factor, Holds<TTokens>() ? held : TRegister.Load(sum));
                        if (HasMinimum)
                        {
                            total = TRegister.MultiplyAdd(
                                minimum, TRegister.Broadcast(record + QuantizedRecord.SumOffset), total);
                        }

                        if (TFormat.Minimums == 2)
                        {
                            total = TRegister.MultiplyAdd(
                                difference, TRegister.Broadcast(record + QuantizedRecord.FirstHalfOffset), total);
                        }

                        if (Holds<TTokens>()) held = total;
                        else TRegister.Store(total, sum);
                        record += QuantizedRecord.Bytes;
                        sum += Rows;
                    }
                    while (!TTokens.One && ++token < tokens);
                }
            }

            records += (long)TileLayout<TFormat>.Steps * tokens * QuantizedRecord.Bytes;
            tile += tileBytes;
        }

        if (Holds<TTokens>()) TRegister.Store(held, sums);
    }

    // Whether the sum stays in a register from tile to tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Holds<TTokens>()
        where TTokens : struct, ITokens
        => TTokens.One & TRegister.Lanes == Rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister Low(TRegister bytes) => TRegister.And(bytes, TRegister.SplatByte(15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister High(TRegister bytes) => TRegister.And(TRegister.ShiftRight(bytes, 4), TRegister.SplatByte(15));

    // Whether a group has one token only: the same arithmetic without loop and without a way through memory.
    private interface ITokens
    {
        static abstract bool One { get; }
    }

    private readonly struct OneToken : ITokens
    {
        public static bool One => true;
    }

    private readonly struct ManyTokens : ITokens
    {
        public static bool One => false;
    }
}

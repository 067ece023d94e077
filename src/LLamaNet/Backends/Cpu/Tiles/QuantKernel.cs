using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors.Blocks;

namespace LLamaNet.Backends.Cpu.Tiles;

// sum += d * da * (multiplier * (q - zero) . a) + m * minimum * da * sum(a)       over the steps of a row, da the token's
// A zero point without multipliers counts as a minimum of -zero * d.
// Shapes    see TileKernel; TileLayout and QuantizedRecord have the formats.
// Threads   none; the callers share out panels.
// Numerics  the products of a step are exact integers; then one FMA a step into an f32, and one or two for the minimums.
internal sealed unsafe class QuantKernel<TRegister, TDots, TFormat> : TileKernel
    where TRegister : unmanaged, IRegister<TRegister>
    where TDots : struct, IByteDots<TRegister>
    where TFormat : struct, IBlockFormat
{
    // Whose scales are loaded in one call.
    private const int BlocksAtOnce = 4;

    private static bool HasMinimum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.MinimumSign != 0 || TFormat.ZeroPoint != 0 && TFormat.Multipliers == 0;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(CpuWeight.Part part, int firstPanel, int endPanel, ActivationRecords records, PanelOutputs y)
    {
        float* sums = stackalloc float[MaxTokens * Rows];
        for (int group = 0; group < records.Groups; group++)
        {
            int tokens = records.TokensOf(group);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                Run(part.Panel(panel), part.Steps / TileLayout<TFormat>.Steps, records.Group(group), tokens, sums);
                y.Store<TRegister>(sums, Rows, group, tokens, part, panel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(byte* tile, int blocks, byte* records, int tokens, float* sums)
    {
        float* loaded = stackalloc float[BlocksAtOnce * 2 * Rows];
        new Span<float>(sums, tokens * Rows).Clear();
        bool halves = TDots.HalvesBytes && TileLayout<TFormat>.Bits == 8;
        byte* region = tile;

        for (int block = 0; block < blocks; block++)
        {
            if (tile >= region) region = CacheHint.EnterRegion(tile);
            if (block % BlocksAtOnce == 0) LoadScales(tile, Math.Min(BlocksAtOnce, blocks - block), loaded);
            float* scales = loaded + block % BlocksAtOnce * 2 * Rows;

            for (int step = 0; step < TileLayout<TFormat>.Steps; step++)
            {
                byte* ahead = tile + PrefetchDistance + step * (TileLayout<TFormat>.TileBytes / TileLayout<TFormat>.Steps);
                for (int line = 0; line < TileLayout<TFormat>.TileBytes / TileLayout<TFormat>.Steps; line += 64) CacheHint.Prefetch(ahead + line);

                for (int lane = 0; lane < Rows; lane += TRegister.Lanes)
                {
                    byte* planes = tile + TileLayout<TFormat>.QuantsOffset + step * TileLayout<TFormat>.StepBytes + 4 * lane;
                    TRegister w0 = BitPlanes.Group<TRegister, TFormat>(planes, 0), w4 = BitPlanes.Group<TRegister, TFormat>(planes, 4);
                    TRegister w1 = BitPlanes.Group<TRegister, TFormat>(planes, 1), w5 = BitPlanes.Group<TRegister, TFormat>(planes, 5);
                    TRegister w2 = BitPlanes.Group<TRegister, TFormat>(planes, 2), w6 = BitPlanes.Group<TRegister, TFormat>(planes, 6);
                    TRegister w3 = BitPlanes.Group<TRegister, TFormat>(planes, 3), w7 = BitPlanes.Group<TRegister, TFormat>(planes, 7);
                    TRegister h0 = default, h1 = default, h2 = default, h3 = default, h4 = default, h5 = default, h6 = default, h7 = default;
                    if (halves)
                    {
                        (h0, w0, h1, w1) = (High(w0), Low(w0), High(w1), Low(w1));
                        (h2, w2, h3, w3) = (High(w2), Low(w2), High(w3), Low(w3));
                        (h4, w4, h5, w5) = (High(w4), Low(w4), High(w5), Low(w5));
                        (h6, w6, h7, w7) = (High(w6), Low(w6), High(w7), Low(w7));
                    }

                    sbyte* multipliers = (sbyte*)tile + TileLayout<TFormat>.MultipliersOffset + Rows * TFormat.Multipliers * step + lane;
                    TRegister first = TRegister.SplatShort(1), second = first, zero = TRegister.SplatShort((short)TFormat.ZeroPoint);
                    if (TFormat.Multipliers > 0) second = first = TDots.LoadMultipliers(multipliers);
                    if (TFormat.Multipliers > 1)
                    {
                        second = TDots.LoadMultipliers(multipliers + Rows);
                        zero = TRegister.ShiftLeft(TRegister.LoadSBytePairs(multipliers, multipliers + Rows), int.Log2(TFormat.ZeroPoint));
                    }

                    TRegister scale = TRegister.Load(scales + lane);
                    sbyte* minimums = (sbyte*)tile + TileLayout<TFormat>.MinimumsOffset + Rows * TFormat.Minimums * step + lane;
                    TRegister minimum = TRegister.Load(scales + Rows + lane), difference = minimum;
                    if (TFormat.Minimums == 1) minimum = TRegister.MultiplyFloats(minimum, TRegister.ToFloat(TRegister.LoadSBytes(minimums)));
                    if (TFormat.Minimums == 2)
                    {
                        // min0 * sum0 + min1 * sum1 = min1 * (sum0 + sum1) + (min0 - min1) * sum0
                        TRegister lower = TRegister.LoadSBytes(minimums), upper = TRegister.LoadSBytes(minimums + Rows);
                        difference = TRegister.MultiplyFloats(minimum, TRegister.ToFloat(TRegister.SubtractInts(lower, upper)));
                        minimum = TRegister.MultiplyFloats(minimum, TRegister.ToFloat(upper));
                    }

                    byte* record = records;
                    float* sum = sums + lane;
                    for (int token = 0; token < tokens; token++)
                    {
                        TRegister dot = TDots.Dot(
                            TileLayout<TFormat>.Bits, TFormat.Multipliers,
                            w0, w1, w2, w3, w4, w5, w6, w7, h0, h1, h2, h3, h4, h5, h6, h7, first, second, record);
                        if (TFormat.ZeroPoint != 0 && !HasMinimum)
                        {
                            TRegister halfSums = TRegister.Broadcast(record + QuantizedRecord.HalfSumsOffset);
                            dot = TRegister.SubtractInts(dot, TRegister.MultiplyShorts(zero, halfSums));
                        }

                        TRegister factor = TRegister.MultiplyFloats(scale, TRegister.Broadcast(record + QuantizedRecord.ScaleOffset));
                        TRegister total = TRegister.MultiplyAdd(TRegister.ToFloat(dot), factor, TRegister.Load(sum));
                        if (HasMinimum)
                            total = TRegister.MultiplyAdd(minimum, TRegister.Broadcast(record + QuantizedRecord.SumOffset), total);
                        if (TFormat.Minimums == 2)
                            total = TRegister.MultiplyAdd(difference, TRegister.Broadcast(record + QuantizedRecord.FirstHalfOffset), total);
                        TRegister.Store(total, sum);
                        record += QuantizedRecord.Bytes;
                        sum += Rows;
                    }
                }

                records += (long)tokens * QuantizedRecord.Bytes;
            }

            tile += TileLayout<TFormat>.TileBytes;
        }
    }

    // scales: of each block d of sixteen rows, then their m. Apart from Run, which with it is more than the compiler inlines in one method.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LoadScales(byte* tile, int blocks, float* scales)
    {
        HalfWidening<TRegister> widening = HalfWidening<TRegister>.InCode;
        for (; blocks > 0; blocks--)
        {
            for (int lane = 0; lane < Rows; lane += TRegister.Lanes)
            {
                TRegister scale = TRegister.LoadHalf((ushort*)tile + lane, widening);
                TRegister.Store(scale, scales + lane);
                if (!HasMinimum) continue;
                TRegister minimum = TFormat.MinimumSign == 0 ? scale : TRegister.LoadHalf((ushort*)tile + Rows + lane, widening);
                float factor = TFormat.MinimumSign == 0 ? -TFormat.ZeroPoint : TFormat.MinimumSign;
                TRegister.Store(TRegister.MultiplyFloats(minimum, TRegister.SplatFloat(factor)), scales + Rows + lane);
            }

            tile += TileLayout<TFormat>.TileBytes;
            scales += 2 * Rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister Low(TRegister bytes) => TRegister.And(bytes, TRegister.SplatByte(15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister High(TRegister bytes) => TRegister.And(TRegister.ShiftRight(bytes, 4), TRegister.SplatByte(15));
}

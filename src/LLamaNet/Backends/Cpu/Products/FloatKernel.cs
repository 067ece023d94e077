using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// sum = w . x                     for weights that are floats of 32 or 16 bits
// Shapes    see TileKernel; a tile is [8 columns][16 rows], a record 8 floats, both padded with zeros.
// Threads   none; the callers share out panels.
// Numerics  f32 FMA, even and odd columns apart, each in order; added to each other at the end.
internal sealed unsafe class FloatKernel<TRegister, TFormat> : TileKernel
    where TRegister : unmanaged, IRegister<TRegister>
    where TFormat : struct, IFloatFormat
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(CpuWeight.Part part, int firstPanel, int endPanel, ActivationRecords records, PanelOutputs y)
    {
        if (records.Tokens >= FloatPanels<TRegister, TFormat>.MinTokens)
        {
            while (endPanel - firstPanel > 1)
            {
                int panels = Math.Min(FloatPanels<TRegister, TFormat>.MaxPanels, endPanel - firstPanel & ~1);
                FloatPanels<TRegister, TFormat>.Multiply(part, firstPanel, panels, records, y);
                firstPanel += panels;
            }
        }

        float* sums = stackalloc float[GroupTokens * Rows];
        for (int group = 0; group < records.Groups; group++)
        {
            int tokens = records.TokensOf(group);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                float* x = (float*)records.Group(group);
                if (tokens == 1 && 2 * TRegister.Lanes >= Rows) RunOne(part.Panel(panel), part.Steps, x, sums);
                else Run(part.Panel(panel), part.Steps, x, tokens, sums);
                y.Store<TRegister>(sums, Rows, group, tokens, part, panel);
            }
        }
    }

    // The same sums of one token, kept in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunOne(byte* tile, int steps, float* x, float* sums)
    {
        TRegister even = TRegister.Zero, odd = TRegister.Zero, upperEven = TRegister.Zero, upperOdd = TRegister.Zero;
        var widening = new F16Widening<TRegister>();
        int column = Rows * TFormat.Bytes;
        byte* region = tile;

        for (int step = 0; step < steps; step++)
        {
            if (tile >= region) region = CacheHint.EnterRegion(tile);
            for (int line = 0; line < FloatRecord.Length * Rows * TFormat.Bytes; line += 64)
                CacheHint.Prefetch(tile + PrefetchDistance + line);

            even = EverySecond(even, tile, x, widening);
            odd = EverySecond(odd, tile + column, x + 1, widening);
            if (TRegister.Lanes < Rows)
            {
                upperEven = EverySecond(upperEven, tile + TRegister.Lanes * TFormat.Bytes, x, widening);
                upperOdd = EverySecond(upperOdd, tile + column + TRegister.Lanes * TFormat.Bytes, x + 1, widening);
            }

            x += FloatRecord.Length;
            tile += FloatRecord.Length * column;
        }

        TRegister.Store(TRegister.AddFloats(even, odd), sums);
        if (TRegister.Lanes < Rows) TRegister.Store(TRegister.AddFloats(upperEven, upperOdd), sums + TRegister.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister Load(byte* numbers, F16Widening<TRegister> widening) =>
        FloatElements.Load<TRegister, TFormat>(numbers, widening);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister EverySecond(TRegister sum, byte* rows, float* x, F16Widening<TRegister> widening)
    {
        const int Pair = 2 * Rows;
        sum = TRegister.MultiplyAdd(Load(rows, widening), TRegister.Broadcast(x), sum);
        sum = TRegister.MultiplyAdd(Load(rows + Pair * TFormat.Bytes, widening), TRegister.Broadcast(x + 2), sum);
        sum = TRegister.MultiplyAdd(Load(rows + 2 * Pair * TFormat.Bytes, widening), TRegister.Broadcast(x + 4), sum);
        return TRegister.MultiplyAdd(Load(rows + 3 * Pair * TFormat.Bytes, widening), TRegister.Broadcast(x + 6), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(byte* tile, int steps, float* records, int tokens, float* sums)
    {
        float* odds = stackalloc float[GroupTokens * Rows];
        new Span<float>(sums, tokens * Rows).Clear();
        new Span<float>(odds, tokens * Rows).Clear();
        var widening = new F16Widening<TRegister>();
        int column = Rows * TFormat.Bytes;
        byte* region = tile;

        for (int step = 0; step < steps; step++)
        {
            if (tile >= region) region = CacheHint.EnterRegion(tile);
            for (int line = 0; line < FloatRecord.Length * Rows * TFormat.Bytes; line += 64)
                CacheHint.Prefetch(tile + PrefetchDistance + line);

            for (int lane = 0; lane < Rows; lane += TRegister.Lanes)
            {
                byte* rows = tile + lane * TFormat.Bytes;
                TRegister w0 = Load(rows, widening);
                TRegister w1 = Load(rows + column, widening);
                TRegister w2 = Load(rows + 2 * column, widening);
                TRegister w3 = Load(rows + 3 * column, widening);
                TRegister w4 = Load(rows + 4 * column, widening);
                TRegister w5 = Load(rows + 5 * column, widening);
                TRegister w6 = Load(rows + 6 * column, widening);
                TRegister w7 = Load(rows + 7 * column, widening);
                float* x = records;
                float* even = sums + lane;
                float* odd = odds + lane;
                for (int token = 0; token < tokens; token++)
                {
                    TRegister a = TRegister.Load(even), b = TRegister.Load(odd);
                    a = TRegister.MultiplyAdd(w0, TRegister.Broadcast(x), a);
                    b = TRegister.MultiplyAdd(w1, TRegister.Broadcast(x + 1), b);
                    a = TRegister.MultiplyAdd(w2, TRegister.Broadcast(x + 2), a);
                    b = TRegister.MultiplyAdd(w3, TRegister.Broadcast(x + 3), b);
                    a = TRegister.MultiplyAdd(w4, TRegister.Broadcast(x + 4), a);
                    b = TRegister.MultiplyAdd(w5, TRegister.Broadcast(x + 5), b);
                    a = TRegister.MultiplyAdd(w6, TRegister.Broadcast(x + 6), a);
                    b = TRegister.MultiplyAdd(w7, TRegister.Broadcast(x + 7), b);
                    TRegister.Store(a, even);
                    TRegister.Store(b, odd);
                    x += FloatRecord.Length;
                    even += Rows;
                    odd += Rows;
                }
            }

            records += (long)tokens * FloatRecord.Length;
            tile += FloatRecord.Length * column;
        }

        for (int i = 0; i < tokens * Rows; i += TRegister.Lanes)
            TRegister.Store(TRegister.AddFloats(TRegister.Load(sums + i), TRegister.Load(odds + i)), sums + i);
    }
}

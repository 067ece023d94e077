using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Products;

// sums += w . x                   for many tokens and 32 rows of float weights at a time, with the sums in registers
// Shapes    weights: [columns][32], widened to f32; records: see FloatRecord; sums: [tokens][even, odd columns][32].
// Threads   none.
// Numerics  as FloatKernel: f32 FMA, even and odd columns apart, each in order.
// The sums are locals, or the compiler would not keep them in registers: hence a method for each number of tokens.
internal static unsafe class FloatBlock<TRegister>
    where TRegister : unmanaged, IRegister<TRegister>
{
    public const int PairRows = 2 * Rows;

    // Floats between the sums of two tokens.
    public const int TokenSums = 2 * PairRows;

    private const int Rows = TileKernel.Rows;

    // steps: of eight columns. stepLength: floats from one step's records to the next one's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* weights, int steps, float* records, int stepLength, int tokens, float* sums)
    {
        for (; tokens >= 12; tokens -= 12, records += 12 * FloatRecord.Length, sums += 12 * TokenSums)
            Multiply12(weights, steps, records, stepLength, sums);
        for (; tokens >= 4; tokens -= 4, records += 4 * FloatRecord.Length, sums += 4 * TokenSums)
            Multiply4(weights, steps, records, stepLength, sums);
        for (; tokens > 0; tokens--, records += FloatRecord.Length, sums += TokenSums)
            Multiply1(weights, steps, records, stepLength, sums);
    }

    // 12 tokens, 32 rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply12(float* weights, int steps, float* records, int stepLength, float* sums)
    {
        for (int parity = 0; parity < 2; parity++)
        {
            float* w = weights + parity * PairRows;
            float* x = records + parity;
            float* sum = sums + parity * PairRows;
            TRegister a0 = TRegister.Load(sum + 0 * TokenSums), b0 = TRegister.Load(sum + 0 * TokenSums + Rows);
            TRegister a1 = TRegister.Load(sum + 1 * TokenSums), b1 = TRegister.Load(sum + 1 * TokenSums + Rows);
            TRegister a2 = TRegister.Load(sum + 2 * TokenSums), b2 = TRegister.Load(sum + 2 * TokenSums + Rows);
            TRegister a3 = TRegister.Load(sum + 3 * TokenSums), b3 = TRegister.Load(sum + 3 * TokenSums + Rows);
            TRegister a4 = TRegister.Load(sum + 4 * TokenSums), b4 = TRegister.Load(sum + 4 * TokenSums + Rows);
            TRegister a5 = TRegister.Load(sum + 5 * TokenSums), b5 = TRegister.Load(sum + 5 * TokenSums + Rows);
            TRegister a6 = TRegister.Load(sum + 6 * TokenSums), b6 = TRegister.Load(sum + 6 * TokenSums + Rows);
            TRegister a7 = TRegister.Load(sum + 7 * TokenSums), b7 = TRegister.Load(sum + 7 * TokenSums + Rows);
            TRegister a8 = TRegister.Load(sum + 8 * TokenSums), b8 = TRegister.Load(sum + 8 * TokenSums + Rows);
            TRegister a9 = TRegister.Load(sum + 9 * TokenSums), b9 = TRegister.Load(sum + 9 * TokenSums + Rows);
            TRegister a10 = TRegister.Load(sum + 10 * TokenSums), b10 = TRegister.Load(sum + 10 * TokenSums + Rows);
            TRegister a11 = TRegister.Load(sum + 11 * TokenSums), b11 = TRegister.Load(sum + 11 * TokenSums + Rows);
            for (int step = 0; step < steps; step++)
            {
                for (int column = parity; column < FloatRecord.Length; column += 2)
                {
                    TRegister wa = TRegister.Load(w), wb = TRegister.Load(w + Rows);
                    TRegister x0 = TRegister.Broadcast(x + 0 * FloatRecord.Length);
                    a0 = TRegister.MultiplyAdd(wa, x0, a0);
                    b0 = TRegister.MultiplyAdd(wb, x0, b0);
                    TRegister x1 = TRegister.Broadcast(x + 1 * FloatRecord.Length);
                    a1 = TRegister.MultiplyAdd(wa, x1, a1);
                    b1 = TRegister.MultiplyAdd(wb, x1, b1);
                    TRegister x2 = TRegister.Broadcast(x + 2 * FloatRecord.Length);
                    a2 = TRegister.MultiplyAdd(wa, x2, a2);
                    b2 = TRegister.MultiplyAdd(wb, x2, b2);
                    TRegister x3 = TRegister.Broadcast(x + 3 * FloatRecord.Length);
                    a3 = TRegister.MultiplyAdd(wa, x3, a3);
                    b3 = TRegister.MultiplyAdd(wb, x3, b3);
                    TRegister x4 = TRegister.Broadcast(x + 4 * FloatRecord.Length);
                    a4 = TRegister.MultiplyAdd(wa, x4, a4);
                    b4 = TRegister.MultiplyAdd(wb, x4, b4);
                    TRegister x5 = TRegister.Broadcast(x + 5 * FloatRecord.Length);
                    a5 = TRegister.MultiplyAdd(wa, x5, a5);
                    b5 = TRegister.MultiplyAdd(wb, x5, b5);
                    TRegister x6 = TRegister.Broadcast(x + 6 * FloatRecord.Length);
                    a6 = TRegister.MultiplyAdd(wa, x6, a6);
                    b6 = TRegister.MultiplyAdd(wb, x6, b6);
                    TRegister x7 = TRegister.Broadcast(x + 7 * FloatRecord.Length);
                    a7 = TRegister.MultiplyAdd(wa, x7, a7);
                    b7 = TRegister.MultiplyAdd(wb, x7, b7);
                    TRegister x8 = TRegister.Broadcast(x + 8 * FloatRecord.Length);
                    a8 = TRegister.MultiplyAdd(wa, x8, a8);
                    b8 = TRegister.MultiplyAdd(wb, x8, b8);
                    TRegister x9 = TRegister.Broadcast(x + 9 * FloatRecord.Length);
                    a9 = TRegister.MultiplyAdd(wa, x9, a9);
                    b9 = TRegister.MultiplyAdd(wb, x9, b9);
                    TRegister x10 = TRegister.Broadcast(x + 10 * FloatRecord.Length);
                    a10 = TRegister.MultiplyAdd(wa, x10, a10);
                    b10 = TRegister.MultiplyAdd(wb, x10, b10);
                    TRegister x11 = TRegister.Broadcast(x + 11 * FloatRecord.Length);
                    a11 = TRegister.MultiplyAdd(wa, x11, a11);
                    b11 = TRegister.MultiplyAdd(wb, x11, b11);
                    w += 2 * PairRows;
                    x += 2;
                }

                x += stepLength - FloatRecord.Length;
            }

            TRegister.Store(a0, sum + 0 * TokenSums);
            TRegister.Store(b0, sum + 0 * TokenSums + Rows);
            TRegister.Store(a1, sum + 1 * TokenSums);
            TRegister.Store(b1, sum + 1 * TokenSums + Rows);
            TRegister.Store(a2, sum + 2 * TokenSums);
            TRegister.Store(b2, sum + 2 * TokenSums + Rows);
            TRegister.Store(a3, sum + 3 * TokenSums);
            TRegister.Store(b3, sum + 3 * TokenSums + Rows);
            TRegister.Store(a4, sum + 4 * TokenSums);
            TRegister.Store(b4, sum + 4 * TokenSums + Rows);
            TRegister.Store(a5, sum + 5 * TokenSums);
            TRegister.Store(b5, sum + 5 * TokenSums + Rows);
            TRegister.Store(a6, sum + 6 * TokenSums);
            TRegister.Store(b6, sum + 6 * TokenSums + Rows);
            TRegister.Store(a7, sum + 7 * TokenSums);
            TRegister.Store(b7, sum + 7 * TokenSums + Rows);
            TRegister.Store(a8, sum + 8 * TokenSums);
            TRegister.Store(b8, sum + 8 * TokenSums + Rows);
            TRegister.Store(a9, sum + 9 * TokenSums);
            TRegister.Store(b9, sum + 9 * TokenSums + Rows);
            TRegister.Store(a10, sum + 10 * TokenSums);
            TRegister.Store(b10, sum + 10 * TokenSums + Rows);
            TRegister.Store(a11, sum + 11 * TokenSums);
            TRegister.Store(b11, sum + 11 * TokenSums + Rows);
        }
    }

    // 4 tokens, 32 rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4(float* weights, int steps, float* records, int stepLength, float* sums)
    {
        for (int parity = 0; parity < 2; parity++)
        {
            float* w = weights + parity * PairRows;
            float* x = records + parity;
            float* sum = sums + parity * PairRows;
            TRegister a0 = TRegister.Load(sum + 0 * TokenSums), b0 = TRegister.Load(sum + 0 * TokenSums + Rows);
            TRegister a1 = TRegister.Load(sum + 1 * TokenSums), b1 = TRegister.Load(sum + 1 * TokenSums + Rows);
            TRegister a2 = TRegister.Load(sum + 2 * TokenSums), b2 = TRegister.Load(sum + 2 * TokenSums + Rows);
            TRegister a3 = TRegister.Load(sum + 3 * TokenSums), b3 = TRegister.Load(sum + 3 * TokenSums + Rows);
            for (int step = 0; step < steps; step++)
            {
                for (int column = parity; column < FloatRecord.Length; column += 2)
                {
                    TRegister wa = TRegister.Load(w), wb = TRegister.Load(w + Rows);
                    TRegister x0 = TRegister.Broadcast(x + 0 * FloatRecord.Length);
                    a0 = TRegister.MultiplyAdd(wa, x0, a0);
                    b0 = TRegister.MultiplyAdd(wb, x0, b0);
                    TRegister x1 = TRegister.Broadcast(x + 1 * FloatRecord.Length);
                    a1 = TRegister.MultiplyAdd(wa, x1, a1);
                    b1 = TRegister.MultiplyAdd(wb, x1, b1);
                    TRegister x2 = TRegister.Broadcast(x + 2 * FloatRecord.Length);
                    a2 = TRegister.MultiplyAdd(wa, x2, a2);
                    b2 = TRegister.MultiplyAdd(wb, x2, b2);
                    TRegister x3 = TRegister.Broadcast(x + 3 * FloatRecord.Length);
                    a3 = TRegister.MultiplyAdd(wa, x3, a3);
                    b3 = TRegister.MultiplyAdd(wb, x3, b3);
                    w += 2 * PairRows;
                    x += 2;
                }

                x += stepLength - FloatRecord.Length;
            }

            TRegister.Store(a0, sum + 0 * TokenSums);
            TRegister.Store(b0, sum + 0 * TokenSums + Rows);
            TRegister.Store(a1, sum + 1 * TokenSums);
            TRegister.Store(b1, sum + 1 * TokenSums + Rows);
            TRegister.Store(a2, sum + 2 * TokenSums);
            TRegister.Store(b2, sum + 2 * TokenSums + Rows);
            TRegister.Store(a3, sum + 3 * TokenSums);
            TRegister.Store(b3, sum + 3 * TokenSums + Rows);
        }
    }

    // One token, 32 rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1(float* weights, int steps, float* records, int stepLength, float* sums)
    {
        for (int parity = 0; parity < 2; parity++)
        {
            float* w = weights + parity * PairRows;
            float* x = records + parity;
            float* sum = sums + parity * PairRows;
            TRegister a0 = TRegister.Load(sum + 0 * TokenSums), b0 = TRegister.Load(sum + 0 * TokenSums + Rows);
            for (int step = 0; step < steps; step++)
            {
                for (int column = parity; column < FloatRecord.Length; column += 2)
                {
                    TRegister wa = TRegister.Load(w), wb = TRegister.Load(w + Rows);
                    TRegister x0 = TRegister.Broadcast(x + 0 * FloatRecord.Length);
                    a0 = TRegister.MultiplyAdd(wa, x0, a0);
                    b0 = TRegister.MultiplyAdd(wb, x0, b0);
                    w += 2 * PairRows;
                    x += 2;
                }

                x += stepLength - FloatRecord.Length;
            }

            TRegister.Store(a0, sum + 0 * TokenSums);
            TRegister.Store(b0, sum + 0 * TokenSums + Rows);
        }
    }
}

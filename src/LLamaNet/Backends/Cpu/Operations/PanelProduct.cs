using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Operations;

// C[r, c] += A[r, 0] B[0, c] + A[r, 1] B[1, c] + ... for 16 columns c in the lanes at a time
// Shapes    A: rows of aStride floats, B: rows of bStride elements, C: rows of cStride floats; columns is a multiple of 16.
// Threads   the caller's.
// Memory    meanwhile the lines of ahead are asked for: what comes next, of which a burst of loads would have to wait for.
// Numerics  one fused multiply-add after the other in the order of the sum, whatever rows are computed together.
internal static unsafe class PanelProduct
{
    // The sum of every row has the same number of terms.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V, TElements>(
        float* c, int cStride, float* a, int aStride, byte* b, int bStride, int rows, int columns, int terms, Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        int row = 0;
        for (; row <= rows - 4; row += 4)
            FourRows<V, TElements>(c + row * cStride, cStride, a + row * aStride, aStride, b, bStride, columns, terms, ref ahead);
        for (; row < rows; row++)
            OneRow<V, TElements>(c + row * cStride, a + row * aStride, b, bStride, columns, 0, terms, ref ahead);
    }

    // The sum of row r has terms[r] terms; further ones are not read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V, TElements>(
        float* c, int cStride, float* a, int aStride, byte* b, int bStride, int rows, int columns, int* terms, Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        int row = 0;
        for (; row <= rows - 4; row += 4)
        {
            int shared = Math.Min(Math.Min(terms[row], terms[row + 1]), Math.Min(terms[row + 2], terms[row + 3]));
            FourRows<V, TElements>(c + row * cStride, cStride, a + row * aStride, aStride, b, bStride, columns, shared, ref ahead);
            for (int i = row; i < row + 4; i++)
            {
                if (terms[i] > shared)
                    OneRow<V, TElements>(c + i * cStride, a + i * aStride, b, bStride, columns, shared, terms[i], ref ahead);
            }
        }

        for (; row < rows; row++)
            OneRow<V, TElements>(c + row * cStride, a + row * aStride, b, bStride, columns, 0, terms[row], ref ahead);
    }

    // Two blocks of columns at a time: eight sums, which is what hides the latency of one (204 against 121 GFLOP/s with
    // 512-bit registers on a Xeon of 2023); with narrower registers some are spilled, and it still gains a fifth.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<V, TElements>(
        float* c, int cStride, float* a, int aStride, byte* b, int bStride, int columns, int terms, ref Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        Ahead lines = ahead;
        float* a0 = a, a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        nint step = (nint)bStride * TElements.Size;
        int column = 0;
        for (; column <= columns - 2 * Lanes; column += 2 * Lanes)
        {
            float* c0 = c + column, c1 = c0 + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
            V left0 = V.Load(c0), left1 = V.Load(c1), left2 = V.Load(c2), left3 = V.Load(c3);
            V right0 = V.Load(c0 + Lanes), right1 = V.Load(c1 + Lanes), right2 = V.Load(c2 + Lanes), right3 = V.Load(c3 + Lanes);
            byte* row = b + (nint)column * TElements.Size;
            for (nint i = 0; i < terms; i++, row += step)
            {
                lines.Next();
                V left = TElements.Load<V>(row, widening), right = TElements.Load<V>(row + Lanes * TElements.Size, widening);
                V factor = V.Splat(a0[i]);
                left0 = V.MultiplyAdd(left, factor, left0);
                right0 = V.MultiplyAdd(right, factor, right0);
                factor = V.Splat(a1[i]);
                left1 = V.MultiplyAdd(left, factor, left1);
                right1 = V.MultiplyAdd(right, factor, right1);
                factor = V.Splat(a2[i]);
                left2 = V.MultiplyAdd(left, factor, left2);
                right2 = V.MultiplyAdd(right, factor, right2);
                factor = V.Splat(a3[i]);
                left3 = V.MultiplyAdd(left, factor, left3);
                right3 = V.MultiplyAdd(right, factor, right3);
            }

            V.Store(left0, c0);
            V.Store(right0, c0 + Lanes);
            V.Store(left1, c1);
            V.Store(right1, c1 + Lanes);
            V.Store(left2, c2);
            V.Store(right2, c2 + Lanes);
            V.Store(left3, c3);
            V.Store(right3, c3 + Lanes);
        }

        if (column < columns)
        {
            float* c0 = c + column, c1 = c0 + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
            V sum0 = V.Load(c0), sum1 = V.Load(c1), sum2 = V.Load(c2), sum3 = V.Load(c3);
            byte* row = b + (nint)column * TElements.Size;
            for (nint i = 0; i < terms; i++, row += step)
            {
                V block = TElements.Load<V>(row, widening);
                sum0 = V.MultiplyAdd(block, V.Splat(a0[i]), sum0);
                sum1 = V.MultiplyAdd(block, V.Splat(a1[i]), sum1);
                sum2 = V.MultiplyAdd(block, V.Splat(a2[i]), sum2);
                sum3 = V.MultiplyAdd(block, V.Splat(a3[i]), sum3);
            }

            V.Store(sum0, c0);
            V.Store(sum1, c1);
            V.Store(sum2, c2);
            V.Store(sum3, c3);
        }

        ahead = lines;
    }

    // Terms first to end - 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<V, TElements>(float* c, float* a, byte* b, int bStride, int columns, int first, int end, ref Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        Ahead lines = ahead;
        nint step = (nint)bStride * TElements.Size;
        b += first * step;
        int column = 0;
        for (; column <= columns - 4 * Lanes; column += 4 * Lanes)
        {
            float* c0 = c + column;
            V sum0 = V.Load(c0), sum1 = V.Load(c0 + Lanes), sum2 = V.Load(c0 + 2 * Lanes), sum3 = V.Load(c0 + 3 * Lanes);
            byte* row = b + (nint)column * TElements.Size;
            for (nint i = first; i < end; i++, row += step)
            {
                lines.Next();
                lines.Next();
                V factor = V.Splat(a[i]);
                sum0 = V.MultiplyAdd(TElements.Load<V>(row, widening), factor, sum0);
                sum1 = V.MultiplyAdd(TElements.Load<V>(row + Lanes * TElements.Size, widening), factor, sum1);
                sum2 = V.MultiplyAdd(TElements.Load<V>(row + 2 * Lanes * TElements.Size, widening), factor, sum2);
                sum3 = V.MultiplyAdd(TElements.Load<V>(row + 3 * Lanes * TElements.Size, widening), factor, sum3);
            }

            V.Store(sum0, c0);
            V.Store(sum1, c0 + Lanes);
            V.Store(sum2, c0 + 2 * Lanes);
            V.Store(sum3, c0 + 3 * Lanes);
        }

        for (; column < columns; column += Lanes)
        {
            V sum = V.Load(c + column);
            byte* row = b + (nint)column * TElements.Size;
            for (nint i = first; i < end; i++, row += step) sum = V.MultiplyAdd(TElements.Load<V>(row, widening), V.Splat(a[i]), sum);
            V.Store(sum, c + column);
        }

        ahead = lines;
    }
}

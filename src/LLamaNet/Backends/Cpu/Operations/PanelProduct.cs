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
        for (int row = 0; row < rows; row += RowsAtOnce<V>(rows - row))
            Rows<V, TElements>(c + row * cStride, cStride, a + row * aStride, aStride, 0, b, bStride, rows - row, columns, terms, ref ahead);
    }

    // The sum of row r has terms[r] terms; further ones are not read. Each 32 columns may have an A of their own, aStep floats
    // behind that of the 32 before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int rows, int columns, int* terms, Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        for (int row = 0, end; row < rows; row = end)
        {
            end = row + RowsAtOnce<V>(rows - row);
            int shared = terms[row];
            for (int i = row + 1; i < end; i++) shared = Math.Min(shared, terms[i]);
            Rows<V, TElements>(c + row * cStride, cStride, a + row * aStride, aStride, aStep, b, bStride, rows - row, columns, shared, ref ahead);
            for (int i = row; i < end; i++)
            {
                if (terms[i] > shared)
                    OneRow<V, TElements>(c + i * cStride, a + i * aStride, aStep, b, bStride, columns, shared, terms[i], ref ahead);
            }
        }
    }

    // Of so many rows, those that share a load of B: the sums of eight stay in registers where a block is one of 512 bits.
    private static int RowsAtOnce<V>(int rows) => rows >= 8 && typeof(V) == typeof(Lanes512) ? 8 : rows >= 4 ? 4 : 1;

    // The first RowsAtOnce rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int rows, int columns, int terms, ref Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        switch (RowsAtOnce<V>(rows))
        {
            case 8:
                EightRows<V, TElements>(c, cStride, a, aStride, aStep, b, bStride, columns, terms, ref ahead);
                break;
            case 4:
                FourRows<V, TElements>(c, cStride, a, aStride, aStep, b, bStride, columns, terms, ref ahead);
                break;
            default:
                OneRow<V, TElements>(c, a, aStep, b, bStride, columns, 0, terms, ref ahead);
                break;
        }
    }

    // As FourRows; each block is loaded, and widened, for twice as many products. Few pointers: they need registers too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int columns, int terms, ref Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        Ahead lines = ahead;
        nint step = (nint)bStride * TElements.Size;
        nint a1 = aStride, a2 = 2 * a1, a3 = 3 * a1, c1 = cStride, c2 = 2 * c1, c3 = 3 * c1;
        float* lowerC = c + 4 * c1;
        int column = 0;
        for (; column <= columns - 2 * Lanes; column += 2 * Lanes, a += aStep)
        {
            float* c0 = c + column, c4 = lowerC + column, next0 = c0 + Lanes, next4 = c4 + Lanes;
            V left0 = V.Load(c0), left1 = V.Load(c0 + c1), left2 = V.Load(c0 + c2), left3 = V.Load(c0 + c3);
            V left4 = V.Load(c4), left5 = V.Load(c4 + c1), left6 = V.Load(c4 + c2), left7 = V.Load(c4 + c3);
            V right0 = V.Load(next0), right1 = V.Load(next0 + c1), right2 = V.Load(next0 + c2), right3 = V.Load(next0 + c3);
            V right4 = V.Load(next4), right5 = V.Load(next4 + c1), right6 = V.Load(next4 + c2), right7 = V.Load(next4 + c3);
            byte* row = b + (nint)column * TElements.Size;
            float* a0 = a, a4 = a + 4 * a1, end = a + terms;
            for (; a0 < end; a0++, a4++, row += step)
            {
                lines.Next();
                V left = TElements.Load<V>(row, widening), right = TElements.Load<V>(row + Lanes * TElements.Size, widening);
                V factor = V.Splat(a0[0]);
                left0 = V.MultiplyAdd(left, factor, left0);
                right0 = V.MultiplyAdd(right, factor, right0);
                factor = V.Splat(a0[a1]);
                left1 = V.MultiplyAdd(left, factor, left1);
                right1 = V.MultiplyAdd(right, factor, right1);
                factor = V.Splat(a0[a2]);
                left2 = V.MultiplyAdd(left, factor, left2);
                right2 = V.MultiplyAdd(right, factor, right2);
                factor = V.Splat(a0[a3]);
                left3 = V.MultiplyAdd(left, factor, left3);
                right3 = V.MultiplyAdd(right, factor, right3);
                factor = V.Splat(a4[0]);
                left4 = V.MultiplyAdd(left, factor, left4);
                right4 = V.MultiplyAdd(right, factor, right4);
                factor = V.Splat(a4[a1]);
                left5 = V.MultiplyAdd(left, factor, left5);
                right5 = V.MultiplyAdd(right, factor, right5);
                factor = V.Splat(a4[a2]);
                left6 = V.MultiplyAdd(left, factor, left6);
                right6 = V.MultiplyAdd(right, factor, right6);
                factor = V.Splat(a4[a3]);
                left7 = V.MultiplyAdd(left, factor, left7);
                right7 = V.MultiplyAdd(right, factor, right7);
            }

            V.Store(left0, c0);
            V.Store(left1, c0 + c1);
            V.Store(left2, c0 + c2);
            V.Store(left3, c0 + c3);
            V.Store(left4, c4);
            V.Store(left5, c4 + c1);
            V.Store(left6, c4 + c2);
            V.Store(left7, c4 + c3);
            V.Store(right0, next0);
            V.Store(right1, next0 + c1);
            V.Store(right2, next0 + c2);
            V.Store(right3, next0 + c3);
            V.Store(right4, next4);
            V.Store(right5, next4 + c1);
            V.Store(right6, next4 + c2);
            V.Store(right7, next4 + c3);
        }

        ahead = lines;
        if (column < columns)
        {
            b += (nint)column * TElements.Size;
            FourRows<V, TElements>(c + column, cStride, a, aStride, aStep, b, bStride, columns - column, terms, ref ahead);
            FourRows<V, TElements>(lowerC + column, cStride, a + 4 * a1, aStride, aStep, b, bStride, columns - column, terms, ref ahead);
        }
    }

    // Two blocks of columns at a time: eight sums, which is what hides the latency of one (204 against 121 GFLOP/s with
    // 512-bit registers on a Xeon of 2023); with narrower registers some are spilled, and it still gains a fifth.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int columns, int terms, ref Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        Ahead lines = ahead;
        float* a0 = a, a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        nint step = (nint)bStride * TElements.Size;
        int column = 0;
        for (; column <= columns - 2 * Lanes; column += 2 * Lanes, a0 += aStep, a1 += aStep, a2 += aStep, a3 += aStep)
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
    private static void OneRow<V, TElements>(
        float* c, float* a, int aStep, byte* b, int bStride, int columns, int first, int end, ref Ahead ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        Ahead lines = ahead;
        nint step = (nint)bStride * TElements.Size;
        b += first * step;
        int column = 0;
        for (; column <= columns - 4 * Lanes; column += 4 * Lanes, a += 2 * aStep)
        {
            float* c0 = c + column, next = a + aStep;
            V sum0 = V.Load(c0), sum1 = V.Load(c0 + Lanes), sum2 = V.Load(c0 + 2 * Lanes), sum3 = V.Load(c0 + 3 * Lanes);
            byte* row = b + (nint)column * TElements.Size;
            for (nint i = first; i < end; i++, row += step)
            {
                lines.Next();
                lines.Next();
                V factor = V.Splat(a[i]);
                sum0 = V.MultiplyAdd(TElements.Load<V>(row, widening), factor, sum0);
                sum1 = V.MultiplyAdd(TElements.Load<V>(row + Lanes * TElements.Size, widening), factor, sum1);
                factor = V.Splat(next[i]);
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
            if (column % (2 * Lanes) != 0) a += aStep;
        }

        ahead = lines;
    }
}

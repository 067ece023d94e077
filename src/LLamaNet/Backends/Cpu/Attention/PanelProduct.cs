using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Attention;

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
        float* c, int cStride, float* a, int aStride, byte* b, int bStride, int rows, int columns, int terms,
        PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        for (int row = 0; row < rows; row += RowsAtOnce<V>(rows - row))
            Rows<V, TElements>(
                c + row * cStride, cStride, a + row * aStride, aStride, 0, b, bStride, rows - row, columns, terms, ref ahead);
    }

    // The sum of row r has terms[r] terms; further ones are not read. Each 32 columns may have an A of their own, aStep floats
    // behind that of the 32 before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int rows, int columns, int* terms,
        PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        for (int row = 0, end; row < rows; row = end)
        {
            end = row + RowsAtOnce<V>(rows - row);
            int shared = terms[row];
            for (int i = row + 1; i < end; i++) shared = Math.Min(shared, terms[i]);
            Rows<V, TElements>(
                c + row * cStride, cStride, a + row * aStride, aStride, aStep, b, bStride, rows - row, columns, shared,
                ref ahead);
            for (int i = row; i < end; i++)
            {
                if (terms[i] > shared)
                    OneRow<V, TElements>(
                        c + i * cStride, a + i * aStride, aStep, b, bStride, columns, shared, terms[i], ref ahead);
            }
        }
    }

    // Of so many rows, those that share a load of B: the sums of eight stay in registers where a block is one of 512 bits.
    private static int RowsAtOnce<V>(int rows) => rows >= 8 && typeof(V) == typeof(Lanes512) ? 8 : rows >= 4 ? 4 : 1;

    // The first RowsAtOnce rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int rows, int columns, int terms,
        ref PrefetchCursor ahead)
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
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int columns, int terms,
        ref PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new F16Lanes<V>();
        PrefetchCursor lines = ahead;
        nint step = (nint)bStride * TElements.Size;
        nint a1 = aStride, a2 = 2 * a1, a3 = 3 * a1, c1 = cStride, c2 = 2 * c1, c3 = 3 * c1;
        float* lowerC = c + 4 * c1;
        int column = 0;
        for (; column <= columns - 2 * Lanes; column += 2 * Lanes, a += aStep)
        {
            float* c0 = c + column, c4 = lowerC + column;
            var sums0 = Sums<V>.Load(c0);
            var sums1 = Sums<V>.Load(c0 + c1);
            var sums2 = Sums<V>.Load(c0 + c2);
            var sums3 = Sums<V>.Load(c0 + c3);
            var sums4 = Sums<V>.Load(c4);
            var sums5 = Sums<V>.Load(c4 + c1);
            var sums6 = Sums<V>.Load(c4 + c2);
            var sums7 = Sums<V>.Load(c4 + c3);
            byte* row = b + (nint)column * TElements.Size;
            float* a0 = a, a4 = a + 4 * a1, end = a + terms;
            for (; a0 < end; a0++, a4++, row += step)
            {
                lines.Next();
                V left = TElements.Load<V>(row, widening), right = TElements.Load<V>(row + Lanes * TElements.Size, widening);
                sums0 = sums0.Plus(left, right, a0);
                sums1 = sums1.Plus(left, right, a0 + a1);
                sums2 = sums2.Plus(left, right, a0 + a2);
                sums3 = sums3.Plus(left, right, a0 + a3);
                sums4 = sums4.Plus(left, right, a4);
                sums5 = sums5.Plus(left, right, a4 + a1);
                sums6 = sums6.Plus(left, right, a4 + a2);
                sums7 = sums7.Plus(left, right, a4 + a3);
            }

            sums0.Store(c0);
            sums1.Store(c0 + c1);
            sums2.Store(c0 + c2);
            sums3.Store(c0 + c3);
            sums4.Store(c4);
            sums5.Store(c4 + c1);
            sums6.Store(c4 + c2);
            sums7.Store(c4 + c3);
        }

        ahead = lines;
        if (column < columns)
        {
            b += (nint)column * TElements.Size;
            FourRows<V, TElements>(c + column, cStride, a, aStride, aStep, b, bStride, columns - column, terms, ref ahead);
            FourRows<V, TElements>(
                lowerC + column, cStride, a + 4 * a1, aStride, aStep, b, bStride, columns - column, terms, ref ahead);
        }
    }

    // Two blocks of columns at a time: eight sums, which is what hides the latency of one (204 against 121 GFLOP/s with
    // 512-bit registers on a Xeon of 2023); with narrower registers some are spilled, and it still gains a fifth.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<V, TElements>(
        float* c, int cStride, float* a, int aStride, int aStep, byte* b, int bStride, int columns, int terms,
        ref PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new F16Lanes<V>();
        PrefetchCursor lines = ahead;
        float* a0 = a, a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        nint step = (nint)bStride * TElements.Size;
        int column = 0;
        for (; column <= columns - 2 * Lanes; column += 2 * Lanes, a0 += aStep, a1 += aStep, a2 += aStep, a3 += aStep)
        {
            float* c0 = c + column, c1 = c0 + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
            var sums0 = Sums<V>.Load(c0);
            var sums1 = Sums<V>.Load(c1);
            var sums2 = Sums<V>.Load(c2);
            var sums3 = Sums<V>.Load(c3);
            byte* row = b + (nint)column * TElements.Size;
            for (nint i = 0; i < terms; i++, row += step)
            {
                lines.Next();
                V left = TElements.Load<V>(row, widening), right = TElements.Load<V>(row + Lanes * TElements.Size, widening);
                sums0 = sums0.Plus(left, right, a0 + i);
                sums1 = sums1.Plus(left, right, a1 + i);
                sums2 = sums2.Plus(left, right, a2 + i);
                sums3 = sums3.Plus(left, right, a3 + i);
            }

            sums0.Store(c0);
            sums1.Store(c1);
            sums2.Store(c2);
            sums3.Store(c3);
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
        float* c, float* a, int aStep, byte* b, int bStride, int columns, int first, int end, ref PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new F16Lanes<V>();
        PrefetchCursor lines = ahead;
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
            for (nint i = first; i < end; i++, row += step)
                sum = V.MultiplyAdd(TElements.Load<V>(row, widening), V.Splat(a[i]), sum);
            V.Store(sum, c + column);
            if (column % (2 * Lanes) != 0) a += aStep;
        }

        ahead = lines;
    }

    // Of one row, for two blocks of columns side by side.
    private readonly struct Sums<V>(V left, V right)
        where V : unmanaged, ILanes<V>
    {
        private readonly V _left = left;
        private readonly V _right = right;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Sums<V> Load(float* c) => new(V.Load(c), V.Load(c + ILanes<V>.Count));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Sums<V> Plus(V left, V right, float* a)
        {
            V factor = V.Splat(*a);
            return new(V.MultiplyAdd(left, factor, _left), V.MultiplyAdd(right, factor, _right));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* c)
        {
            V.Store(_left, c);
            V.Store(_right, c + ILanes<V>.Count);
        }
    }
}

using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Operations;

// C[r, c] += A[r, 0] B[0, c] + A[r, 1] B[1, c] + ... for 16 columns c in the lanes at a time
// Shapes    A: rows of aStride floats, B: rows of bStride elements, C: rows of cStride floats; columns is a multiple of 16.
// Numerics  one fused multiply-add after the other in the order of the sum, whatever rows are computed together.
internal static unsafe class PanelProduct
{
    // The sum of every row has the same number of terms.
    public static void Run<V, TElements>(
        float* c, int cStride, float* a, int aStride, void* b, int bStride, int rows, int columns, int terms)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        int row = 0;
        for (; row <= rows - 4; row += 4)
            FourRows<V, TElements>(c + row * cStride, cStride, a + row * aStride, aStride, b, bStride, columns, terms);
        for (; row < rows; row++)
            OneRow<V, TElements>(c + row * cStride, a + row * aStride, b, bStride, columns, 0, terms);
    }

    // The sum of row r has terms[r] terms; further ones are not read.
    public static void Run<V, TElements>(
        float* c, int cStride, float* a, int aStride, void* b, int bStride, int rows, int columns, int* terms)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        int row = 0;
        for (; row <= rows - 4; row += 4)
        {
            int shared = Math.Min(Math.Min(terms[row], terms[row + 1]), Math.Min(terms[row + 2], terms[row + 3]));
            FourRows<V, TElements>(c + row * cStride, cStride, a + row * aStride, aStride, b, bStride, columns, shared);
            for (int i = row; i < row + 4; i++)
            {
                if (terms[i] > shared)
                    OneRow<V, TElements>(c + i * cStride, a + i * aStride, b, bStride, columns, shared, terms[i]);
            }
        }

        for (; row < rows; row++)
            OneRow<V, TElements>(c + row * cStride, a + row * aStride, b, bStride, columns, 0, terms[row]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<V, TElements>(
        float* c, int cStride, float* a, int aStride, void* b, int bStride, int columns, int terms)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        float* a0 = a, a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        for (int column = 0; column < columns; column += ILanes<V>.Count)
        {
            float* c0 = c + column, c1 = c0 + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
            V sum0 = V.Load(c0), sum1 = V.Load(c1), sum2 = V.Load(c2), sum3 = V.Load(c3);
            nint index = column;
            for (int i = 0; i < terms; i++, index += bStride)
            {
                V row = TElements.Load<V>(b, index);
                sum0 = V.MultiplyAdd(V.Splat(a0[i]), row, sum0);
                sum1 = V.MultiplyAdd(V.Splat(a1[i]), row, sum1);
                sum2 = V.MultiplyAdd(V.Splat(a2[i]), row, sum2);
                sum3 = V.MultiplyAdd(V.Splat(a3[i]), row, sum3);
            }

            V.Store(sum0, c0);
            V.Store(sum1, c1);
            V.Store(sum2, c2);
            V.Store(sum3, c3);
        }
    }

    // Terms first to end - 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<V, TElements>(float* c, float* a, void* b, int bStride, int columns, int first, int end)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Lanes = ILanes<V>.Count;
        int column = 0;
        for (; column <= columns - 4 * Lanes; column += 4 * Lanes)
        {
            float* c0 = c + column;
            V sum0 = V.Load(c0), sum1 = V.Load(c0 + Lanes), sum2 = V.Load(c0 + 2 * Lanes), sum3 = V.Load(c0 + 3 * Lanes);
            nint index = (nint)first * bStride + column;
            for (int i = first; i < end; i++, index += bStride)
            {
                V factor = V.Splat(a[i]);
                sum0 = V.MultiplyAdd(factor, TElements.Load<V>(b, index), sum0);
                sum1 = V.MultiplyAdd(factor, TElements.Load<V>(b, index + Lanes), sum1);
                sum2 = V.MultiplyAdd(factor, TElements.Load<V>(b, index + 2 * Lanes), sum2);
                sum3 = V.MultiplyAdd(factor, TElements.Load<V>(b, index + 3 * Lanes), sum3);
            }

            V.Store(sum0, c0);
            V.Store(sum1, c0 + Lanes);
            V.Store(sum2, c0 + 2 * Lanes);
            V.Store(sum3, c0 + 3 * Lanes);
        }

        for (; column < columns; column += Lanes)
        {
            V sum = V.Load(c + column);
            nint index = (nint)first * bStride + column;
            for (int i = first; i < end; i++, index += bStride) sum = V.MultiplyAdd(V.Splat(a[i]), TElements.Load<V>(b, index), sum);
            V.Store(sum, c + column);
        }
    }
}

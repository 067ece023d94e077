using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Products;

// Where the sums of panels go: y[t][row] = sum, or += it.        y: [tokens, weight.Rows]
internal readonly unsafe struct PanelOutputs(float* y, int stride, bool add)
{
    private readonly float* _y = y;
    private readonly int _stride = stride;
    private readonly bool _add = add;

    // sums: sixteen for each token of the group, sumStride floats from one token's to the next one's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store<TRegister>(float* sums, int sumStride, int group, int tokens, CpuWeight.Part part, int panel)
        where TRegister : unmanaged, IRegister<TRegister>
    {
        int firstRow = panel * TileKernel.Rows;
        float* y = _y + (long)group * TileKernel.GroupTokens * _stride + part.FirstRow + firstRow;
        if (part.Rows - firstRow >= TileKernel.Rows) Store<TRegister>(sums, sumStride, tokens, y, _stride, _add);
        else StoreSome(sums, sumStride, tokens, y, part.Rows - firstRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store<TRegister>(float* sums, int sumStride, int tokens, float* y, int stride, bool add)
        where TRegister : unmanaged, IRegister<TRegister>
    {
        for (int token = 0; token < tokens; token++)
        {
            for (int lane = 0; lane < TileKernel.Rows; lane += TRegister.Lanes)
            {
                TRegister sum = TRegister.Load(sums + lane);
                if (add) sum = TRegister.AddFloats(TRegister.Load(y + lane), sum);
                TRegister.Store(sum, y + lane);
            }

            sums += sumStride;
            y += stride;
        }
    }

    // Of a last panel with fewer than sixteen rows.
    private void StoreSome(float* sums, int sumStride, int tokens, float* y, int rows)
    {
        for (int token = 0; token < tokens; token++, sums += sumStride, y += _stride)
            for (int row = 0; row < rows; row++) y[row] = _add ? y[row] + sums[row] : sums[row];
    }
}

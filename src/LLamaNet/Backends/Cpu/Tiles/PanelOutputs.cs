using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Tiles;

// A panel's sums on their way to the rows of the output.
internal static unsafe class PanelOutputs<TRegister>
    where TRegister : unmanaged, IRegister<TRegister>
{
    // y[t * stride + r] = sums[t][r], or += it, for sixteen r.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(float* sums, int tokens, float* y, long stride, bool add)
    {
        for (int token = 0; token < tokens; token++)
        {
            for (int lane = 0; lane < TileKernel.Rows; lane += TRegister.Lanes)
            {
                TRegister sum = TRegister.Load(sums + lane);
                if (add) sum = TRegister.AddFloats(TRegister.Load(y + lane), sum);
                TRegister.Store(sum, y + lane);
            }

            sums += TileKernel.Rows;
            y += stride;
        }
    }
}

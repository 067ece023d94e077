using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Rows;

// Rope, then StoreKv, row by row
// Shapes    those of the two.
// Threads   chunks of rows: each row is rotated and stored while it is in the cache.
// Numerics  those of the two.
internal readonly struct RopeStoreKv(Rope rope, StoreKv storeKv) : ILaneWork
{
    private readonly Rope _rope = rope;
    private readonly StoreKv _storeKv = storeKv;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        _rope.Run<V>(chunk);
        _storeKv.Run<V>(chunk);
    }
}

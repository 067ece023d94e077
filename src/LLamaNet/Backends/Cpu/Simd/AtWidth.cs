using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Simd;

// The work at one width.
internal readonly struct AtWidth<V, TWork>(TWork work) : IChunkWork
    where V : unmanaged, ILanes<V>
    where TWork : struct, ILaneWork
{
    private readonly TWork _work = work;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk) => _work.Run<V>(chunk);
}

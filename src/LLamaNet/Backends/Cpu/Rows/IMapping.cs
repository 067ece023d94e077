using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Rows;

// A function of two numbers, lane by lane.
internal interface IMapping
{
    V Invoke<V>(V a, V b)
        where V : unmanaged, ILanes<V>;
}

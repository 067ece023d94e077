namespace LLamaNet.Backends.Cpu.Simd;

// Work cut into chunks, written once for all register widths.
internal interface ILaneWork
{
    void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>;
}

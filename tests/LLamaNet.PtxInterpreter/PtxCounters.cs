namespace LLamaNet.PtxInterpreter;

/// <summary>What a simulated machine has done so far. Subtract an earlier value to see what happened since.</summary>
/// <param name="Launches">Kernels launched one by one; those captured into a graph do not count.</param>
/// <param name="GraphLaunches">Graphs launched.</param>
/// <param name="KernelsRun">Kernels executed, in graphs and alone.</param>
/// <param name="Allocations">Blocks of device memory.</param>
/// <param name="HostAllocations">Blocks of pinned host memory.</param>
/// <param name="CopiesToDevice">Copies executed, in graphs and alone; the others likewise.</param>
/// <param name="CopiesFromDevice">Copies to the host.</param>
/// <param name="CopiesOnDevice">Copies within the device.</param>
/// <param name="Fills">Blocks filled with a byte.</param>
/// <param name="BytesFromDevice">Bytes copied to the host.</param>
/// <param name="Synchronisations">Waits of the host for a stream, an event or a context.</param>
/// <param name="ModulesLoaded">Modules compiled.</param>
/// <param name="GraphsInstantiated">Graphs made ready for launching.</param>
internal readonly record struct PtxCounters(
    long Launches, long GraphLaunches, long KernelsRun, long Allocations, long HostAllocations, long CopiesToDevice,
    long CopiesFromDevice, long CopiesOnDevice, long Fills, long BytesFromDevice, long Synchronisations, long ModulesLoaded,
    long GraphsInstantiated)
{
    public static PtxCounters operator -(PtxCounters now, PtxCounters before) => new(
        now.Launches - before.Launches,
        now.GraphLaunches - before.GraphLaunches,
        now.KernelsRun - before.KernelsRun,
        now.Allocations - before.Allocations,
        now.HostAllocations - before.HostAllocations,
        now.CopiesToDevice - before.CopiesToDevice,
        now.CopiesFromDevice - before.CopiesFromDevice,
        now.CopiesOnDevice - before.CopiesOnDevice,
        now.Fills - before.Fills,
        now.BytesFromDevice - before.BytesFromDevice,
        now.Synchronisations - before.Synchronisations,
        now.ModulesLoaded - before.ModulesLoaded,
        now.GraphsInstantiated - before.GraphsInstantiated);
}

namespace LLamaNet.PtxInterpreter;

// What a simulated machine has done so far. Subtract an earlier value to see what happened since.
// Launches: kernels launched one by one; those captured into a graph do not count.
// GraphLaunches: graphs launched.
// KernelsRun: kernels executed, in graphs and alone.
// Allocations: blocks of device memory.
// HostAllocations: blocks of pinned host memory.
// CopiesToDevice: copies executed, in graphs and alone; the others likewise.
// CopiesFromDevice: copies to the host.
// CopiesOnDevice: copies within the device.
// Fills: blocks filled with a byte.
// BytesFromDevice: bytes copied to the host.
// Synchronisations: waits of the host for a stream, an event or a context.
// ModulesLoaded: modules compiled.
// GraphsInstantiated: graphs made ready for launching.
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

using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// A GPU backend on a machine of its own that interprets the kernels. What is left in the machine's memory at the end is a leak.
internal sealed class InterpretedBackend : CudaBackend
{
    public InterpretedBackend(PtxDevice device, bool recordsSteps = true)
        : this(new PtxDriver(new PtxDriverOptions { Devices = [device] }), recordsSteps)
    {
    }

    private InterpretedBackend(PtxDriver machine, bool recordsSteps)
        : base(new CudaContext(new CudaDriver(machine.Find), 0), recordsSteps)
    {
        Machine = machine;
    }

    public PtxDriver Machine { get; }

    public override void Dispose()
    {
        base.Dispose();
        IReadOnlyList<string> leaks = Machine.Leaks;
        Machine.Dispose();
        Assert.Empty(leaks);
    }
}

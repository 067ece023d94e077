using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;

namespace LLamaNet.Tests.Doubles;

// A GPU backend on a machine of its own that interprets the kernels; on the real GPU where tests run on that.
internal sealed class InterpretedBackend : CudaBackend
{
    private readonly GpuMachine _machine;

    public InterpretedBackend(PtxDevice device, bool recordsSteps = true)
        : this(new GpuMachine(device), recordsSteps)
    {
    }

    private InterpretedBackend(GpuMachine machine, bool recordsSteps)
        : base(new CudaContext(machine.Open(), 0), recordsSteps)
    {
        _machine = machine;
    }

    // For tests of what only an interpreter tells: they skip on a real GPU.
    public PtxDriver Machine => _machine.NeedInterpreter();

    public override void Dispose()
    {
        base.Dispose();
        _machine.Dispose();
    }
}

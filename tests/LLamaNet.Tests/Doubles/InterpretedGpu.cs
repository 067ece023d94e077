using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// A machine with interpreted GPUs and one of them in use, with the kernel y[i] += x[i].
internal sealed class InterpretedGpu : IDisposable
{
    private readonly CudaModule _module;

    public InterpretedGpu(PtxDriverOptions? options = null)
    {
        Machine = new PtxDriver(options);
        Driver = new CudaDriver(Machine.Find);
        Context = new CudaContext(Driver, 0);
        _module = new CudaModule(Context, AddPtx);
        Add = _module.Kernel("add_f32");
    }

    public static byte[] AddPtx { get; } = KernelLibrary.ReadPtx("add.sm_80");

    public PtxDriver Machine { get; }

    public CudaDriver Driver { get; }

    public CudaContext Context { get; }

    public CudaKernel Add { get; }

    public CudaDeviceVariable<float> Upload(params float[] values)
    {
        var variable = new CudaDeviceVariable<float>(Context, values.Length);
        variable.CopyFrom(values);
        return variable;
    }

    public PinnedMemory<float> Pin(params float[] values)
    {
        var memory = new PinnedMemory<float>(Context, values.Length);
        values.CopyTo(memory.Span);
        return memory;
    }

    public static float[] Download(CudaDeviceVariable<float> variable)
    {
        var values = new float[variable.Count];
        variable.CopyTo(values);
        return values;
    }

    // y += x
    public void LaunchAdd(CudaStream stream, CudaDeviceVariable<float> y, CudaDeviceVariable<float> x) =>
        Add.Launch(stream, (int)((y.Count + 255) / 256), 256, 0, y.Pointer, x.Pointer, (int)y.Count);

    // Everything is freed but what a test made itself; then nothing may be left.
    public void AssertNothingLeaks()
    {
        _module.Dispose();
        Context.Dispose();
        Assert.Empty(Machine.Leaks);
    }

    public void Dispose()
    {
        _module.Dispose();
        Context.Dispose();
        Machine.Dispose();
    }
}

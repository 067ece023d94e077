using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// A GPU with the kernels that ship, for tests of one launcher. Outputs lie between guard values.
internal sealed class KernelMachine : IDisposable
{
    private const int GuardLength = 16;

    private readonly GpuMachine _machine = new();

    public KernelMachine()
    {
        Context = new CudaContext(_machine.Open(), 0);
        Stream = new CudaStream(Context);
        Library = new KernelLibrary(Context);
    }

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    public KernelLibrary Library { get; }

    // What stopped the last kernel that was stopped.
    public PtxFaultException? LastFault => _machine.NeedInterpreter().LastFault;

    public CudaDeviceVariable<T> Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var variable = new CudaDeviceVariable<T>(Context, Math.Max(1, values.Length));
        variable.CopyFrom(values);
        return variable;
    }

    public CudaTensor Tensor(int rows, int width, ReadOnlySpan<float> values)
    {
        var tensor = new CudaTensor(Context, DType.F32, rows, width);
        Context.CopyToDevice(tensor.Pointer, values);
        return tensor;
    }

    // Runs a launcher that writes `count` elements to the address it is given, and nothing around them.
    public T[] Run<T>(int count, T guard, Action<CUdeviceptr> launch)
        where T : unmanaged
    {
        T[] values = Enumerable.Repeat(guard, count + 2 * GuardLength).ToArray();
        using CudaDeviceVariable<T> memory = Upload<T>(values);
        launch(memory.Pointer + GuardLength * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        Stream.Synchronize();
        memory.CopyTo(values);
        Assert.All(values[..GuardLength], value => Assert.Equal(guard, value));
        Assert.All(values[(GuardLength + count)..], value => Assert.Equal(guard, value));
        return values[GuardLength..(GuardLength + count)];
    }

    public void Dispose()
    {
        Library.Dispose();
        Stream.Dispose();
        Context.Dispose();
        _machine.Dispose();
    }
}

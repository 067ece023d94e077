using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Loading;
using LLamaNet.PtxInterpreter;

namespace LLamaNet.Tests.Doubles;

// A machine whose GPU interprets the kernels, and models on it; the real GPU where tests run on that.
internal sealed class InterpretedMachine : IDisposable
{
    private readonly GpuFixture _machine;

    public InterpretedMachine(params PtxDevice[] devices)
    {
        _machine = new GpuFixture(devices);
        Provider = new CudaProvider(_machine.Open);
        Devices = new DeviceProviders(new CpuProvider(), Provider);
        DirectDevices = Providers(_machine.Open, recordsSteps: false);
    }

    // For tests of what only an interpreter tells: they skip on a real GPU.
    public PtxDriver Driver => _machine.Driver;

    // The same, null on a real GPU.
    public PtxDriver? Interpreter => _machine.Interpreter;

    public DeviceProvider Provider { get; }

    public DeviceProviders Devices { get; }

    // The same, but decode steps are launched one by one.
    public DeviceProviders DirectDevices { get; }

    // The CPU, and the GPUs of a driver.
    public static DeviceProviders Providers(Func<CudaDriver> openDriver, bool recordsSteps = true) =>
        new(new CpuProvider(), new CudaProvider(openDriver, recordsSteps));

    public Task<LlamaModel> LoadAsync(string path, ModelOptions? options = null) => LlamaModel.LoadAsync(
        SharedData.Path("models/" + path), Devices, (options ?? new()) with { Device = Device.Cuda() },
        cancellationToken: Xunit.TestContext.Current.CancellationToken);

    public void Dispose() => _machine.Dispose();
}

using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Models.Cuda;

// A machine whose GPU interprets the kernels, and models on it. What is left in its memory at the end is a leak.
internal sealed class InterpretedMachine : IDisposable
{
    public InterpretedMachine(params PtxDevice[] devices)
    {
        Driver = new PtxDriver(new PtxDriverOptions { Devices = devices.Length > 0 ? devices : [new PtxDevice()] });
        Devices = new DeviceChoice(() => new CudaDriver(Driver.Find));
        DirectDevices = new DeviceChoice(() => new CudaDriver(Driver.Find), recordsSteps: false);
    }

    public PtxDriver Driver { get; }

    public DeviceChoice Devices { get; }

    // The same, but decode steps are launched one by one.
    public DeviceChoice DirectDevices { get; }

    public Task<LlamaModel> LoadAsync(string path, ModelOptions? options = null) => LlamaModel.LoadAsync(
        SharedData.Path("models/" + path), Devices, (options ?? new()) with { Device = Device.Cuda() },
        cancellationToken: TestContext.Current.CancellationToken);

    public void Dispose()
    {
        IReadOnlyList<string> leaks = Driver.Leaks;
        Driver.Dispose();
        Assert.Empty(leaks);
    }
}

using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet;

// Opens the device that options ask for. openDriver: the machine's NVIDIA driver, unless a test brings one.
// recordsSteps: see CudaBackend.
internal sealed class DeviceChoice(Func<CudaDriver> openDriver, bool recordsSteps = true)
{
    public static DeviceChoice OfThisMachine { get; } = new(CudaDriver.Open);

    public (Backend Backend, DeviceSelection Device) Open(ModelOptions options)
    {
        switch (options.Device.Kind)
        {
            case DeviceKind.Cuda:
                return OpenGpu(options.Device.Ordinal, "asked for");
            case DeviceKind.Auto:
                try
                {
                    return OpenFirstGpu();
                }
                catch (CudaException exception)
                {
                    return OpenCpu(options, $"no GPU: {exception.Message}");
                }

            default:
                return OpenCpu(options, "asked for");
        }
    }

    public static (Backend Backend, DeviceSelection Device) OpenCpu(ModelOptions options, string reason)
    {
        var backend = new CpuBackend(options.Threads ?? CpuTopology.PhysicalCores);
        return (backend, new DeviceSelection(DeviceKind.Cpu, backend.Name, reason));
    }

    private (Backend Backend, DeviceSelection Device) OpenGpu(int ordinal, string reason) =>
        OpenGpu(openDriver(), ordinal, reason);

    private (Backend Backend, DeviceSelection Device) OpenGpu(CudaDriver driver, int ordinal, string reason)
    {
        var context = new CudaContext(driver, ordinal);
        try
        {
            var backend = new CudaBackend(context, recordsSteps);
            return (backend, new DeviceSelection(DeviceKind.Cuda, backend.Name, reason));
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private (Backend Backend, DeviceSelection Device) OpenFirstGpu()
    {
        CudaDriver driver = openDriver();
        var refusals = new List<string>();
        int count = CudaDevice.Count(driver);
        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            try
            {
                string others = refusals.Count == 0 ? "" : $"; refused: {string.Join("; ", refusals)}";
                return OpenGpu(driver, ordinal, $"the first GPU that can be used{others}");
            }
            catch (CudaException exception)
            {
                refusals.Add(exception.Message);
            }
        }

        throw new CudaException(count == 0 ? "the NVIDIA driver sees no GPU" : string.Join("; ", refusals));
    }
}

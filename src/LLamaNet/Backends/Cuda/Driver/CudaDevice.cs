using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// What the driver says about one GPU, whether or not it can be used.
internal sealed unsafe record CudaDevice(
    int Ordinal, int Handle, string Name, ComputeCapability ComputeCapability, long TotalBytes, int Multiprocessors,
    int SharedBytesPerBlock, TraceCeilings? Ceilings, string? Refusal)
{
    // The kernels use instructions of Ampere: mma.sync with bf16, cp.async.
    public static readonly ComputeCapability Oldest = new(8, 0);

    private const int ComputeModeProhibited = 2;
    private const int NameBytes = 256;

    public static CudaDevice Read(CudaDriver driver, int ordinal)
    {
        int count = Count(driver);
        if (ordinal < 0 || ordinal >= count)
        {
            string found = count switch
            {
                0 => "the NVIDIA driver sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES",
                1 => "the only GPU is number 0",
                _ => $"the GPUs are numbers 0 to {count - 1}",
            };
            throw new CudaException($"there is no GPU {ordinal}: {found}");
        }

        int device;
        driver.Check(driver.DeviceGet(&device, ordinal), "cuDeviceGet");
        byte* name = stackalloc byte[NameBytes];
        driver.Check(driver.DeviceGetName(name, NameBytes, device), "cuDeviceGetName");
        nuint bytes;
        driver.Check(driver.DeviceTotalMem(&bytes, device), "cuDeviceTotalMem");
        var capability = new ComputeCapability(
            Attribute(driver, device, CUdeviceAttribute.ComputeCapabilityMajor),
            Attribute(driver, device, CUdeviceAttribute.ComputeCapabilityMinor));
        string? refusal =
            capability < Oldest ? $"its compute capability is {capability} and {Oldest} (Ampere) or newer is needed"
            : Attribute(driver, device, CUdeviceAttribute.ComputeMode) == ComputeModeProhibited
                ? "its compute mode forbids use (nvidia-smi -c 0 allows it)"
            : null;
        int multiprocessors = Attribute(driver, device, CUdeviceAttribute.MultiprocessorCount);
        // Two transfers in a period of the memory's clock.
        double bytesPerSecond = 2e3 * Attribute(driver, device, CUdeviceAttribute.MemoryClockKilohertz)
            * Attribute(driver, device, CUdeviceAttribute.MemoryBusBits) / 8;
        double operationsPerSecond = 1e3 * Attribute(driver, device, CUdeviceAttribute.ClockKilohertz)
            * multiprocessors * capability.TensorOperationsPerClock;
        TraceCeilings? ceilings = bytesPerSecond > 0 && operationsPerSecond > 0
            ? new(bytesPerSecond, operationsPerSecond, operationsPerSecond)
            : null;
        return new CudaDevice(
            ordinal, device, Marshal.PtrToStringUTF8((nint)name) ?? "", capability, (long)bytes, multiprocessors,
            Attribute(driver, device, CUdeviceAttribute.MaxSharedBytesPerBlockOptIn), ceilings, refusal);
    }

    public static int Count(CudaDriver driver)
    {
        int count;
        driver.Check(driver.DeviceGetCount(&count), "cuDeviceGetCount");
        return count;
    }

    private static int Attribute(CudaDriver driver, int device, CUdeviceAttribute attribute)
    {
        int value;
        driver.Check(driver.DeviceGetAttribute(&value, attribute, device), "cuDeviceGetAttribute");
        return value;
    }
}

using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda;

// The GPUs of a machine: all that the driver sees, each with why it cannot be used, if so.
// Driver: the newest CUDA it supports. Refusal: why no GPU was found at all; null when one was.
internal sealed record CudaDevices(IReadOnlyList<CudaDevice> Found, string? Driver, string? Refusal)
{
    // openDriver: throws CudaException where there is no usable driver.
    public static CudaDevices Find(Func<CudaDriver> openDriver)
    {
        try
        {
            CudaDriver driver = openDriver();
            CudaDevice[] found = [.. Enumerable.Range(0, CudaDevice.Count(driver)).Select(ordinal => CudaDevice.Read(driver, ordinal))];
            return new CudaDevices(found, driver.VersionText, found.Length > 0 ? null : "the NVIDIA driver sees no GPU");
        }
        catch (CudaException exception)
        {
            return new CudaDevices([], null, exception.Message);
        }
    }
}

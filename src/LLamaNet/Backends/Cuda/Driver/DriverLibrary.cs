using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// The driver's library as the operating system finds it. It stays loaded: the driver cannot be unloaded from a process.
internal static class DriverLibrary
{
    // Names another library with the driver's functions, by file name or path.
    public const string Variable = "LLAMANET_CUDA_DRIVER";

    public static string DefaultName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    public static nint Load()
    {
        string? chosen = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(chosen) ? Load(DefaultName, isChosen: false) : Load(chosen, isChosen: true);
    }

    public static nint Load(string name, bool isChosen)
    {
        if (NativeLibrary.TryLoad(name, out nint library)) return library;
        throw new CudaException(
            isChosen
                ? $"no NVIDIA driver: {name}, which {Variable} names, could not be loaded"
                : $"no NVIDIA driver: {name} could not be loaded; install the driver, or give the container access to the GPU");
    }
}

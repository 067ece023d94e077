namespace LLamaNet.Backends.Cuda.Driver;

internal static class CUresultExtensions
{
    // After these every call on the context fails until the process ends: the driver calls them sticky.
    public static bool IsDeviceLost(this CUresult result) =>
        result is CUresult.EccUncorrectable or CUresult.IllegalAddress or CUresult.LaunchTimeout or CUresult.ContextIsDestroyed
            or CUresult.Assert or (>= CUresult.HardwareStackError and <= CUresult.LaunchFailed);

    // What the user can do about it, or nothing.
    public static string? Advice(this CUresult result) => result switch
    {
        _ when result.IsDeviceLost() => "the GPU is lost to this process: dispose the model and restart the program",
        CUresult.OutOfMemory => "use a smaller weight type or a shorter context, or end other programs that use the GPU",
        CUresult.StubLibrary => "the CUDA toolkit's stub was loaded in place of the driver; take its folder off the library path",
        CUresult.DeviceUnavailable => "another process has the GPU to itself; end it, or share the GPU with nvidia-smi -c 0",
        CUresult.NoDevice => "the NVIDIA driver is installed but sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES",
        CUresult.NoBinaryForGpu or CUresult.UnsupportedPtxVersion => "update the NVIDIA driver",
        CUresult.SystemNotReady => "the machine's NVIDIA services are not running yet (nvidia-fabricmanager)",
        CUresult.SystemDriverMismatch => "the driver's library and kernel module differ in version; restart the machine",
        _ => null,
    };
}

namespace LLamaNet.Backends.Cuda.Driver;

// CUdevice_attribute of cuda.h.
internal enum CUdeviceAttribute
{
    MultiprocessorCount = 16,
    ComputeMode = 20,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MaxSharedBytesPerBlockOptIn = 97,
}

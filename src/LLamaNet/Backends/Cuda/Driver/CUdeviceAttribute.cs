namespace LLamaNet.Backends.Cuda.Driver;

// CUdevice_attribute of cuda.h.
internal enum CUdeviceAttribute
{
    ClockKilohertz = 13,
    MultiprocessorCount = 16,
    ComputeMode = 20,
    MemoryClockKilohertz = 36,
    MemoryBusBits = 37,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MaxSharedBytesPerBlockOptIn = 97,
}

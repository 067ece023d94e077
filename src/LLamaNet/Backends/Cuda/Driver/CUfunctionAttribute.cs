namespace LLamaNet.Backends.Cuda.Driver;

// CUfunction_attribute of cuda.h.
internal enum CUfunctionAttribute
{
    MaxThreadsPerBlock = 0,
    StaticSharedBytes = 1,
    LocalBytes = 3,
    RegisterCount = 4,
    MaxDynamicSharedBytes = 8,
}

namespace LLamaNet.Backends.Cuda.Driver;

// CUfunction_attribute of cuda.h.
internal enum CUfunctionAttribute
{
    LocalBytes = 3,
    RegisterCount = 4,
    MaxDynamicSharedBytes = 8,
}

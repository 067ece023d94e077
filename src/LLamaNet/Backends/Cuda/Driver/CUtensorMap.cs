using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// A tensor as the copy engine of Hopper sees it: opaque, written by cuTensorMapEncodeTiled, passed to kernels by value.
// The driver wants it at a multiple of 64 bytes.
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct CUtensorMap;

using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Weights;

// `struct Planes` of kernels/include/weights.cuh: what a kernel is told about a weight.
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WeightPlanes(
    CUdeviceptr Low, CUdeviceptr High, CUdeviceptr Scales, CUdeviceptr Subs, int Rows, int Width, int LowRowBytes,
    int HighRowBytes)
{
    public static WeightPlanes At(CUdeviceptr memory, PlaneLayout layout, int width) => new(
        memory, memory + layout.HighOffset, memory + layout.ScalesOffset, memory + layout.SubsOffset,
        layout.Rows, width, layout.LowRowBytes, layout.HighRowBytes);
}

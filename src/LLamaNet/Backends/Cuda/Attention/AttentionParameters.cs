using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Attention;

// `struct AttentionParameters` of kernels/include/kv_cache.cuh: a batch and the shape of its attention, for every kernel that
// takes q | k | v. Positions, SegmentOf: [rows]. FirstRows: [segments + 1]. FirstPositions, Ropes: [segments].
// Pages: [segments, PageStride].
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AttentionParameters(
    CUdeviceptr Positions, CUdeviceptr SegmentOf, CUdeviceptr FirstRows, CUdeviceptr FirstPositions, CUdeviceptr Ropes,
    CUdeviceptr Pages, int PageStride, int Heads, int KvHeads, int HeadDim, float QueryScale, int Window)
{
    public static AttentionParameters Of(DeviceBatch batch, AttentionShape shape) => new(
        batch.Positions, batch.SegmentOf, batch.FirstRows, batch.FirstPositions, batch.Ropes, batch.Pages, batch.PageStride,
        shape.Heads, shape.KvHeads, shape.HeadDim, QueryScaleOf(shape), shape.Window);

    // The module of a kernel for these layers: those with a window have modules of their own.
    public static string Module(string operation, string instance, AttentionShape shape) =>
        $"{operation}{(shape.Window > 0 ? "_window" : "")}{instance}";

    // Scores are exponents of 2.
    public static float QueryScaleOf(AttentionShape shape) =>
        (float)(shape.Scale is { } scale ? scale / Math.Log(2) : 1 / (Math.Log(2) * Math.Sqrt(shape.HeadDim)));
}

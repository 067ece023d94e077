using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Scratch;

// Where attention_decode keeps the results of splits of the keys until they are merged: for so many sequences of a batch.
// parts: [segments, heads, MaxSplits, headDim] F32; states: the same with (largest score, sum) F32; arrivals: [segments, heads]
// int32, zero between launches.
internal sealed class AttentionScratch : IDisposable
{
    private readonly CudaDeviceVariable<float> _parts;
    private readonly CudaDeviceVariable<float> _states;
    private readonly CudaDeviceVariable<int> _arrivals;

    public AttentionScratch(CudaContext context, AttentionShape shape, int segments, CudaStream stream)
    {
        Segments = segments;
        Shape = shape;
        long splits = (long)segments * shape.Heads * AttentionDecodeKernel.MaxSplits;
        _parts = new CudaDeviceVariable<float>(context, splits * shape.HeadDim);
        _states = new CudaDeviceVariable<float>(context, splits * 2);
        _arrivals = new CudaDeviceVariable<int>(context, (long)segments * shape.Heads);
        _arrivals.Clear(stream);
    }

    public int Segments { get; }

    public AttentionShape Shape { get; }

    public ScratchPointers Pointers => new(_parts.Pointer, _states.Pointer, _arrivals.Pointer);

    public bool Fits(AttentionShape shape, int segments) =>
        Shape.Heads == shape.Heads && Shape.HeadDim == shape.HeadDim && Segments >= segments;

    public static long Bytes(AttentionShape shape, int segments) =>
        sizeof(float) * (long)segments * shape.Heads * (AttentionDecodeKernel.MaxSplits * (shape.HeadDim + 2) + 1);

    public void Dispose()
    {
        _parts.Dispose();
        _states.Dispose();
        _arrivals.Dispose();
    }

    // `struct AttentionScratch` of kernels/attention_decode.cu.
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct ScratchPointers(CUdeviceptr Parts, CUdeviceptr States, CUdeviceptr Arrivals);
}

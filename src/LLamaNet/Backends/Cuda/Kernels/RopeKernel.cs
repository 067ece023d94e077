using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Kernels;

// Turns q and k of qkv [rows, qkvWidth] in place by each token's position.
internal sealed class RopeKernel(KernelLibrary library)
{
    private const int Threads = 64;

    private readonly CudaKernel _kernel = library.Get("rope", "rope_f32");

    public void Launch(CudaStream stream, CudaTensor qkv, AttentionShape shape, DeviceBatch batch) => _kernel.Launch(
        stream, new Dim3(batch.Rows, shape.Heads + shape.KvHeads), Threads, 0,
        qkv.Pointer, batch.Positions, batch.SegmentOf, batch.Ropes, shape.QkvWidth, shape.HeadDim);
}

using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Rows;

// Rotates q and k of qkv [rows, qkvWidth] in place by each token's position.
internal sealed unsafe class RopeKernel(KernelLibrary library)
{
    private const int Threads = 64;

    private readonly CudaKernel _kernel = library.Get("rope", "rope_f32");

    public void Launch(CudaStream stream, CudaTensor qkv, AttentionShape shape, DeviceBatch batch)
    {
        AttentionParameters parameters = AttentionParameters.Of(batch, shape);
        _kernel.Launch(
            stream, new Dim3(batch.Rows, shape.Heads + shape.KvHeads), Threads, 0, qkv.Pointer, KernelArgument.At(&parameters));
    }
}

using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Rows;

// Writes k and v of qkv [rows, qkvWidth] to the pages of each token's sequence.
internal sealed unsafe class StoreKvKernel(KernelLibrary library)
{
    private const int Threads = 64;

    private readonly CudaKernel _f32 = library.Get("store_kv", "store_kv_f32");
    private readonly CudaKernel _f16 = library.Get("store_kv", "store_kv_f16");

    public void Launch(CudaStream stream, KvLayer kv, CudaTensor qkv, AttentionShape shape, DeviceBatch batch)
    {
        AttentionParameters parameters = AttentionParameters.Of(batch, shape);
        (kv.Keys.Type == DType.F16 ? _f16 : _f32).Launch(
            stream, new Dim3(batch.Rows, 2 * shape.KvHeads), Threads, 0,
            ((CudaTensor)kv.Keys).Pointer, ((CudaTensor)kv.Values).Pointer, qkv.Pointer, KernelArgument.At(&parameters));
    }
}

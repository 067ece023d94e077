using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Rows;

// RMSNorm of each head of q and of k of qkv [rows, qkvWidth], in place; queryNorm, keyNorm: [1, headDim] F32.
internal sealed class RmsNormHeadsKernel(KernelLibrary library)
{
    private const int Threads = 32;

    public void Launch(
        CudaStream stream, CudaTensor qkv, CudaTensor queryNorm, CudaTensor keyNorm, AttentionShape shape, int rows,
        float epsilon)
    {
        if (rows == 0) return;
        library.Get("rms_norm_heads", "rms_norm_heads_f32").Launch(
            stream, new Dim3(rows, shape.Heads + shape.KvHeads), Threads, 0,
            qkv.Pointer, queryNorm.Pointer, keyNorm.Pointer, shape.QkvWidth, shape.Heads, shape.HeadDim, epsilon);
    }
}

using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Attention;

// Attention of the segments that have several rows, in single precision and for any even head size; those of one row are
// left alone.
internal sealed unsafe class AttentionGeneralKernel(KernelLibrary library)
{
    private const int Threads = 128;
    private const int QueriesPerBlock = 4;

    // y: [rows, queryWidth], qkv: [rows, qkvWidth] F32.
    public void Launch(CudaStream stream, CudaTensor y, CudaTensor qkv, KvLayer kv, AttentionShape shape, DeviceBatch batch)
    {
        AttentionParameters parameters = AttentionParameters.Of(batch, shape);
        int blocks = (batch.LongestSegment * shape.Group + QueriesPerBlock - 1) / QueriesPerBlock;
        string kernel = kv.Keys.Type == DType.F16 ? "attention_general_f16" : "attention_general_f32";
        library.Get(AttentionParameters.Module("attention_general", "", shape), kernel).Launch(
            stream, new Dim3(blocks, shape.KvHeads, batch.Segments), Threads, 0,
            y.Pointer, qkv.Pointer, ((CudaTensor)kv.Keys).Pointer, ((CudaTensor)kv.Values).Pointer,
            KernelArgument.At(&parameters));
    }
}

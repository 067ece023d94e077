using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Attention;

// Attention of the segments that have several rows, on tensor cores; those of one row are left alone. For an F16 cache and
// the head sizes that models have.
internal sealed unsafe class AttentionPrefillKernel(KernelLibrary library)
{
    private const int Threads = 128;
    private const int TokensPerBlock = 64;
    private const int RowPadding = 8;

    public static bool Supports(DType type, int headDim) => type == DType.F16 && headDim is 64 or 80 or 96 or 128 or 256;

    // y: [rows, queryWidth], qkv: [rows, qkvWidth] F32.
    public void Launch(CudaStream stream, CudaTensor y, CudaTensor qkv, KvLayer kv, AttentionShape shape, DeviceBatch batch)
    {
        string instance = $"_f16_d{shape.HeadDim}";
        CudaKernel kernel = library.Get(
            AttentionParameters.Module("attention_prefill", instance, shape), $"attention_prefill{instance}");
        // Keys and values of a page, and for the largest heads the queries.
        int tiles = shape.HeadDim > 128 ? 3 : 2;
        int sharedBytes = tiles * KvLayer.PageLength * (shape.HeadDim + RowPadding) * sizeof(ushort);
        if (sharedBytes > kernel.MaxDynamicSharedBytes) kernel.MaxDynamicSharedBytes = sharedBytes;
        AttentionParameters parameters = AttentionParameters.Of(batch, shape);
        int blocks = (batch.LongestSegment + TokensPerBlock - 1) / TokensPerBlock;
        kernel.Launch(
            stream, new Dim3(blocks, shape.Heads, batch.Segments), Threads, sharedBytes,
            y.Pointer, qkv.Pointer, ((CudaTensor)kv.Keys).Pointer, ((CudaTensor)kv.Values).Pointer,
            KernelArgument.At(&parameters));
    }
}

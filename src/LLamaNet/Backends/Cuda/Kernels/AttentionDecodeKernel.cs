using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Kernels;

// Attention of the segments that have one row; the others are left alone.
internal sealed class AttentionDecodeKernel(KernelLibrary library)
{
    public const int MaxSplits = 32;
    public const int MaxHeadDim = 256;

    private const int Threads = 128;
    private const int LeastPages = 2;

    // Whether the kernel can turn queries and keys, and store keys and values, itself: a group's heads fit into one block.
    public static bool TakesRope(DType type, AttentionShape shape) => shape.Group <= Form(type, shape).Heads;

    // y: [rows, queryWidth], qkv: [rows, qkvWidth] F32. scratch: for this shape and at least as many segments.
    // withRope: q and k are not turned yet, and k and v not stored.
    public void Launch(
        CudaStream stream, CudaTensor y, CudaTensor qkv, KvLayer kv, AttentionShape shape, DeviceBatch batch,
        AttentionScratch scratch, bool withRope = false)
    {
        if (shape.HeadDim is > MaxHeadDim or < 2 || shape.HeadDim % 2 != 0)
            throw new NotSupportedException($"Heads of {shape.HeadDim} elements: a GPU takes even sizes up to {MaxHeadDim}.");
        if (scratch.Shape != shape || scratch.Segments < batch.Segments)
            throw new ArgumentException($"Made for {scratch.Segments} segments of {scratch.Shape}.", nameof(scratch));
        (string file, string kernel, int heads) = Form(kv.Keys.Type, shape);
        int headBlocks = (shape.Group + heads - 1) / heads;
        int pages = (batch.LongestContext + KvLayer.PageLength - 1) / KvLayer.PageLength;
        int splits = Math.Min(MaxSplits, (pages + LeastPages - 1) / LeastPages);
        library.Get(file, kernel).Launch(
            stream, new Dim3(shape.KvHeads * headBlocks, splits, batch.Segments), Threads, 0,
            y.Pointer, qkv.Pointer, ((CudaTensor)kv.Keys).Pointer, ((CudaTensor)kv.Values).Pointer,
            batch.FirstRows, batch.FirstPositions, withRope ? batch.Ropes : default, batch.Pages, batch.PageStride,
            shape.Heads, shape.KvHeads, shape.HeadDim, QueryScale(shape.HeadDim),
            scratch.Parts, scratch.States, scratch.Arrivals);
    }

    // Scores are exponents of 2.
    public static float QueryScale(int headDim) => (float)(1 / (Math.Log(2) * Math.Sqrt(headDim)));

    // Heads of a block: as many of the group as share loads without running out of registers.
    private static (string File, string Kernel, int Heads) Form(DType type, AttentionShape shape)
    {
        if (type != DType.F16) return ("attention_decode_even", "attention_decode_f32_even_h2", 2);
        if (shape.HeadDim % 8 != 0) return ("attention_decode_even", "attention_decode_f16_even_h2", 2);
        return (shape.HeadDim, shape.Group) switch
        {
            ( <= 64, 1) => ("attention_decode_f16_d64", "attention_decode_f16_d64_h1", 1),
            ( <= 64, _) => ("attention_decode_f16_d64", "attention_decode_f16_d64_h4", 4),
            ( <= 128, 1) => ("attention_decode_f16_d128", "attention_decode_f16_d128_h1", 1),
            ( <= 128, _) => ("attention_decode_f16_d128", "attention_decode_f16_d128_h4", 4),
            (_, 1) => ("attention_decode_f16_d256", "attention_decode_f16_d256_h1", 1),
            _ => ("attention_decode_f16_d256", "attention_decode_f16_d256_h4", 4),
        };
    }
}

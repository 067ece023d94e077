using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Attention;

// Attention of the segments that have one row; the others are left alone.
internal sealed unsafe class AttentionDecodeKernel(KernelLibrary library)
{
    public const int MaxSplits = 32;
    public const int MaxHeadDim = 256;

    private const int Threads = 128;
    private const int MinPages = 2;

    // Whether the kernel can rotate queries and keys, and store keys and values, itself: a group's heads fit into one block.
    public static bool TakesRope(DType type, AttentionShape shape) => shape.Group <= Form(type, shape).Heads;

    // y: [rows, queryWidth], qkv: [rows, qkvWidth] F32. scratch: for this shape and at least as many segments.
    // withRope: the kernel rotates q and k, and stores k and v.
    public void Launch(
        CudaStream stream, CudaTensor y, CudaTensor qkv, KvLayer kv, AttentionShape shape, DeviceBatch batch,
        AttentionScratch scratch, bool withRope = false)
    {
        if (shape.HeadDim is > MaxHeadDim or < 2 || shape.HeadDim % 2 != 0)
            throw new NotSupportedException($"Heads of {shape.HeadDim} elements: a GPU takes even sizes up to {MaxHeadDim}.");
        if (!scratch.Fits(shape, batch.Segments))
            throw new ArgumentException($"Made for {scratch.Segments} segments of {scratch.Shape}.", nameof(scratch));
        (string instance, string kernel, int heads) = Form(kv.Keys.Type, shape);
        int headBlocks = (shape.Group + heads - 1) / heads;
        int pages = KvLayer.PagesFor(batch.LongestContext);
        // A window that begins and ends inside of pages touches one more.
        if (shape.Window > 0) pages = Math.Min(pages, KvLayer.PagesFor(shape.Window) + 1);
        int splits = Math.Min(MaxSplits, (pages + MinPages - 1) / MinPages);
        AttentionParameters parameters = AttentionParameters.Of(batch, shape);
        if (!withRope) parameters = parameters with { Ropes = default };
        AttentionScratch.ScratchPointers pointers = scratch.Pointers;
        library.Get(AttentionParameters.Module("attention_decode", instance, shape), kernel).Launch(
            stream, new Dim3(shape.KvHeads * headBlocks, splits, batch.Segments), Threads, 0,
            y.Pointer, qkv.Pointer, ((CudaTensor)kv.Keys).Pointer, ((CudaTensor)kv.Values).Pointer,
            KernelArgument.At(&parameters), KernelArgument.At(&pointers));
    }

    // Heads of a block: as many of the group as share loads without running out of registers.
    private static (string Instance, string Kernel, int Heads) Form(DType type, AttentionShape shape)
    {
        if (type != DType.F16) return ("_even", "attention_decode_f32_even_h2", 2);
        if (shape.HeadDim % 8 != 0) return ("_even", "attention_decode_f16_even_h2", 2);
        return (shape.HeadDim, shape.Group) switch
        {
            ( <= 64, 1) => ("_f16_d64", "attention_decode_f16_d64_h1", 1),
            ( <= 64, _) => ("_f16_d64", "attention_decode_f16_d64_h4", 4),
            ( <= 128, 1) => ("_f16_d128", "attention_decode_f16_d128_h1", 1),
            ( <= 128, _) => ("_f16_d128", "attention_decode_f16_d128_h4", 4),
            (_, 1) => ("_f16_d256", "attention_decode_f16_d256_h1", 1),
            _ => ("_f16_d256", "attention_decode_f16_d256_h4", 4),
        };
    }
}

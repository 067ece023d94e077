using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Attention;

// Attention of a whole batch. A segment's kernel depends on its own rows alone, so that its results do not depend on what
// else is in the batch: one row goes to attention_decode, several to attention_prefill or, where that has no form, to
// attention_general.
internal sealed class AttentionKernels(KernelLibrary library)
{
    private readonly AttentionDecodeKernel _decode = new(library);
    private readonly AttentionPrefillKernel _prefill = new(library);
    private readonly AttentionGeneralKernel _general = new(library);

    // y: [rows, queryWidth], qkv: [rows, qkvWidth] F32. scratch: for this shape and at least as many segments.
    public void Launch(
        CudaStream stream, CudaTensor y, CudaTensor qkv, KvLayer kv, AttentionShape shape, DeviceBatch batch,
        AttentionScratch scratch)
    {
        // Some segment has one row when the longest has, and may have when there are several.
        if (batch.LongestSegment == 1 || batch.Segments > 1) _decode.Launch(stream, y, qkv, kv, shape, batch, scratch);
        if (batch.LongestSegment == 1) return;
        if (AttentionPrefillKernel.Supports(kv.Keys.Type, shape.HeadDim)) _prefill.Launch(stream, y, qkv, kv, shape, batch);
        else _general.Launch(stream, y, qkv, kv, shape, batch);
    }

    // RopeStoreKv and attention in one launch, where that exists: of a batch whose segments have one row each.
    public bool TryLaunchWithRope(
        CudaStream stream, CudaTensor y, CudaTensor qkv, KvLayer kv, AttentionShape shape, DeviceBatch batch,
        AttentionScratch scratch)
    {
        if (batch.LongestSegment != 1 || !shape.IsRotated || !AttentionDecodeKernel.TakesRope(kv.Keys.Type, shape)) return false;
        _decode.Launch(stream, y, qkv, kv, shape, batch, scratch, withRope: true);
        return true;
    }
}

using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Scratch;

// Sizes of the buffers that operations need within limits; a width of 0 where none does.
// Normed: inputs of products whose kernels take no norm. GateUp: where no kernel takes SwiGLU.
// Quantized, Gemm: activations for gemv and for gemm.
internal readonly record struct ScratchSizes(int NormedRows, int NormedWidth, int GateUpWidth, int QuantizedWidth, int GemmWidth)
{
    public static ScratchSizes Of(StepLimits limits)
    {
        var sizes = default(ScratchSizes);
        foreach (ProductShape product in limits.Products)
        {
            var form = ProductForm.Of(product.Types, product.HasBias);
            int normedRows = product.HasNorm ? form.MaxNormedRows(limits.MaxRows) : 0;
            bool isSplit = product.HasSwiGlu && !form.TakesSwiGlu, hasGemm = !form.IsGemv(limits.MaxRows);
            sizes = new ScratchSizes(
                Math.Max(sizes.NormedRows, normedRows),
                Math.Max(sizes.NormedWidth, normedRows > 0 ? product.Width : 0),
                Math.Max(sizes.GateUpWidth, isSplit ? product.Rows : 0),
                Math.Max(sizes.QuantizedWidth, form.AnyQuantized ? product.Width : 0),
                Math.Max(sizes.GemmWidth, hasGemm ? product.Width : 0));
        }

        return sizes;
    }

    // Of all scratch within the limits.
    public static long Bytes(StepLimits limits)
    {
        ScratchSizes sizes = Of(limits);
        return CudaBatch.DeviceBytes(limits)
            + AttentionScratch.Bytes(limits.Shape, limits.MaxSegments)
            + sizeof(int) * (long)limits.MaxOutputs
            + sizeof(float) * ((long)sizes.NormedRows * sizes.NormedWidth + (long)limits.MaxRows * sizes.GateUpWidth)
            + (sizes.QuantizedWidth > 0 ? QuantizedActivations.Bytes(sizes.QuantizedWidth) : 0)
            + GemmActivations.Bytes(limits.MaxRows, sizes.GemmWidth);
    }
}

using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// openDriver: throws CudaException where there is no usable driver. recordsSteps: see CudaBackend.
internal sealed class CudaProvider(Func<CudaDriver> openDriver, bool recordsSteps = true) : DeviceProvider
{
    public override DeviceKind Kind => DeviceKind.Cuda;

    public override string Name => "cuda";

    public override string Noun => "GPU";

    public override bool HasOrdinals => true;

    // More than on a CPU, because tensor cores multiply faster in proportion to memory.
    public override int PrefillChunk => 1024;

    public override DType FloatKvCacheType => DType.F16;

    public override IReadOnlyList<DType> KvCacheTypes => CudaBackend.KvTypes;

    public override int Count()
    {
        int count = CudaDevice.Count(openDriver());
        return count > 0 ? count : throw new CudaException("the NVIDIA driver sees no GPU");
    }

    public override DeviceDescription Describe(int ordinal)
    {
        CudaDriver driver = openDriver();
        CudaDevice gpu = CudaDevice.Read(driver, ordinal);
        string name = $"{gpu.Name}, compute capability {gpu.ComputeCapability}, {gpu.Multiprocessors} multiprocessors, "
            + $"driver for CUDA {driver.VersionText}";
        return new DeviceDescription(Device.Cuda(ordinal), name, gpu.TotalBytes, gpu.Refusal);
    }

    public override DeviceDescription DescribeMissing(string refusal) => new(Device.Cuda(), "NVIDIA GPU", 0, refusal);

    public override long ReadFreeBytes(int ordinal)
    {
        using var context = new CudaContext(openDriver(), ordinal);
        return context.FreeBytes;
    }

    public override Backend Open(int ordinal, ModelOptions options)
    {
        var context = new CudaContext(openDriver(), ordinal);
        try
        {
            // A replayed recording is one operation to a trace.
            return new CudaBackend(context, recordsSteps && !options.Trace);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    public override DeviceException? Refusal(LlamaConfig config) => config.HeadDim <= AttentionDecodeKernel.MaxHeadDim
        ? null
        : new CudaException(
            $"the model's heads have {config.HeadDim} elements and the kernels take {AttentionDecodeKernel.MaxHeadDim} at most");

    public override long WeightBytes(IReadOnlyList<MatrixSource> parts) => CudaWeight.PlannedBytes(parts);

    public override long ScratchBytes(StepLimits limits, ModelOptions options) => ScratchSizes.Bytes(limits);
}

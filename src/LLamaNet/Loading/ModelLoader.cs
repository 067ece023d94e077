using LLamaNet.Backends;
using LLamaNet.Checkpoints;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// Opens a device and brings a model into its memory. progress: told of the bytes read, from any thread.
internal sealed class ModelLoader(
    DeviceChoice devices, ModelOptions options, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
{
    // Closes the checkpoint.
    public LoadedModel Load(Checkpoint checkpoint)
    {
        using (checkpoint)
            return Load(ModelSource.Of(checkpoint, options.WeightType));
    }

    // Device.Auto means another device where the first one fails or is too small.
    public LoadedModel Load(ModelSource source)
    {
        (Backend backend, DeviceSelection device) = devices.Open(options);
        try
        {
            return LoadOn(backend, device, source);
        }
        catch (Exception exception) when (options.Device.Kind == DeviceKind.Auto && device.Kind == DeviceKind.Cuda
            && exception is (DeviceOutOfMemoryException or CudaException))
        {
            string problem = exception is CudaException ? "the GPU failed" : "the GPU is too small";
            (backend, device) = DeviceChoice.OpenCpu(options, $"{problem}: {exception.Message}");
            return LoadOn(backend, device, source);
        }
    }

    private LoadedModel LoadOn(Backend backend, DeviceSelection device, ModelSource source)
    {
        LlamaConfig config = source.Config;
        try
        {
            var limits = ModelLimits.For(config, options, source.Weights.IsQuantized, backend.Defaults, backend.KvCacheTypes);
            (long deviceBytes, long readBytes) = source.Weights.Plan(backend.WeightBytes);
            StepLimits step = limits.Step(config, source.Weights.Products);
            MemoryPlan plan = limits.Plan(config, step, deviceBytes, backend.ScratchBytes(step));
            if (plan.TotalBytes > backend.AvailableBytes)
                throw new DeviceOutOfMemoryException(backend.Name, plan, backend.AvailableBytes);

            backend.Reserve(step);
            long done = 0;
            LlamaWeights weights = source.Weights.Load(
                backend, bytes => progress?.Report(new LoadProgress(Interlocked.Add(ref done, bytes), readBytes)), cancellationToken);
            var ropes = new RopeTables(backend, config, limits.ContextLength);
            ropes.For(promptLength: 0); // here rather than in the first step
            var transformer = new Transformer(
                backend, config, weights, new KvCache(backend, config, limits.KvCacheType, limits.KvCacheTokens), ropes, step);
            WarmUp.Run(transformer, backend.WarmUpTokens);
            return new LoadedModel(transformer, limits, source.Tokenizer, source.Defaults, device, plan);
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }
}

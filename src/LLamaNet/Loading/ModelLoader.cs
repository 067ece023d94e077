using LLamaNet.Backends;
using LLamaNet.Backends.Tracing;
using LLamaNet.Checkpoints;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// Opens a device and brings a model into its memory. progress: told of the bytes read, from any thread.
internal sealed class ModelLoader(
    DeviceProviders devices, ModelOptions options, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
{
    // Closes the checkpoint.
    public LoadedModel Load(Checkpoint checkpoint)
    {
        using (checkpoint)
            return Load(ModelSource.Of(checkpoint, options.WeightType));
    }

    public LoadedModel Load(ModelSource source)
    {
        var traceOutput = TraceOutput.FromEnvironment();
        ModelOptions traced = traceOutput is null ? options : options with { Trace = true };
        return devices.Load(traced, source.Config, (provider, backend, device) =>
        {
            try
            {
                if (traced.Trace) backend = new TracingBackend(backend);
                return LoadOn(backend, device, source, ModelPlan.Of(source, traced, provider), traceOutput);
            }
            catch
            {
                backend.Dispose();
                throw;
            }
        });
    }

    private LoadedModel LoadOn(
        Backend backend, DeviceSelection device, ModelSource source, ModelPlan plan, TraceOutput? traceOutput)
    {
        (LlamaConfig config, ModelLimits limits) = (source.Config, plan.Limits);
        long available = backend.AvailableBytes;
        if (plan.Memory.TotalBytes > available) throw new DeviceOutOfMemoryException(backend.Name, plan.Memory, available);

        backend.Reserve(plan.Step);
        long done = 0;
        LlamaWeights weights = source.Weights.Load(
            backend, bytes => progress?.Report(new LoadProgress(Interlocked.Add(ref done, bytes), plan.ReadBytes)),
            cancellationToken);
        var ropes = new RopeTables(backend, config, limits.ContextLength);
        ropes.MakeAhead(); // here rather than in the first step
        var cache = new KvCache(backend, config, limits.KvCacheType, limits.KvCacheTokens);
        var transformer = new Transformer(backend, config, weights, cache, ropes, plan.Step);
        WarmUp.Run(transformer, backend.WarmUpRows);
        TraceRecorder? trace = (backend as TracingBackend)?.Recorder;
        trace?.Take(); // the warm-up is no request's
        return new LoadedModel(
            transformer, limits, source.Tokenizer, source.Defaults, device, plan.Memory, source.Warnings, trace, traceOutput);
    }
}

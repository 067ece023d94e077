using LLamaNet.Backends;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// What a model takes on a kind of device, known before the first weight is read. Loading allocates what stands here.
internal sealed record ModelPlan(ModelLimits Limits, StepLimits Step, MemoryPlan Memory, long ReadBytes)
{
    // On the device that options ask for.
    public static ModelPlan Of(ModelSource source, ModelOptions options, DeviceProviders devices) =>
        Of(source, options, devices.For(options, source.Config));

    public static ModelPlan Of(ModelSource source, ModelOptions options, DeviceProvider device)
    {
        if (device.Refusal(source.Config) is { } refusal) throw refusal;
        var limits = ModelLimits.For(source.Config, options, source.Weights.IsQuantized, device);
        StepLimits step = limits.Step(source.Config, source.Weights.Products);
        (long deviceBytes, long readBytes) = source.Weights.Plan(device.WeightBytes);
        MemoryPlan memory = limits.Plan(source.Config, device.Kind, step, deviceBytes, device.ScratchBytes(step, options));
        return new(limits, step, memory, readBytes);
    }
}

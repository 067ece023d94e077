using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Tiles;
using LLamaNet.Backends.Cuda;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// What a model of a shape takes on a kind of device, whether or not one is here.
internal static class ModelPlanner
{
    public static MemoryPlan Plan(LlamaConfig config, DType weightType, ModelOptions options)
    {
        WeightLoader weights = ModelSource.Shapes(config, weightType).Weights;
        bool onGpu = options.Device.Kind == DeviceKind.Cuda;
        var limits = ModelLimits.For(
            config, options, weights.IsQuantized, onGpu ? DeviceDefaults.Gpu : DeviceDefaults.Cpu,
            onGpu ? CudaBackend.KvTypes : CpuBackend.KvTypes);
        StepLimits step = limits.Step(config, weights.Products);
        return onGpu
            ? limits.Plan(config, step, weights.Plan(CudaWeight.PlannedBytes).DeviceBytes, CudaBackend.PlannedScratchBytes(step))
            : limits.Plan(
                config, step, weights.Plan(CpuWeight.PlannedBytes).DeviceBytes,
                CpuBackend.PlannedScratchBytes(step, options.Threads ?? CpuTopology.PhysicalCores));
    }
}

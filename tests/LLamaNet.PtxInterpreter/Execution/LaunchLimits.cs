namespace LLamaNet.PtxInterpreter.Execution;

// Refuses launches that the device refuses.
internal sealed class LaunchLimits(ExecutionOptions options, PtxKernel kernel)
{
    public void Check(Grid grid, Grid block, int dynamicSharedBytes, int parameterBytes)
    {
        if (grid.X < 1 || grid.Y is < 1 or > 65535 || grid.Z is < 1 or > 65535) throw Refuse($"a grid of {grid} blocks");
        if (block.X is < 1 or > 1024 || block.Y is < 1 or > 1024 || block.Z is < 1 or > 64
            || block.Count > options.MaximumThreads)
            throw Refuse($"a block of {block} threads; the device allows {options.MaximumThreads}");
        if (block.Count > kernel.MaxThreads) throw Refuse($"a block of {block} threads; the kernel allows {kernel.MaxThreads}");
        if (kernel.Code.RequiredThreads is { } required && required != block)
            throw Refuse($"a block of {block} threads; the kernel requires {required}");
        if (parameterBytes != kernel.ParameterBytes)
            throw Refuse($"{parameterBytes} bytes of parameters; the kernel has {kernel.ParameterBytes}");
        Shared(dynamicSharedBytes);
    }

    private void Shared(int dynamicBytes)
    {
        long total = (long)kernel.Code.DynamicSharedStart + dynamicBytes;
        if (dynamicBytes < 0) throw Refuse($"{dynamicBytes} bytes of dynamic shared memory");
        if (kernel.StaticSharedBytes > options.DefaultSharedBytes)
            throw Refuse(
                $"{kernel.StaticSharedBytes} bytes of static shared memory; the device allows {options.DefaultSharedBytes}");
        if (kernel.MaxDynamicSharedBytes is { } allowed && dynamicBytes > allowed)
            throw Refuse($"{dynamicBytes} bytes of dynamic shared memory; the kernel's attribute allows {allowed}");
        if (kernel.MaxDynamicSharedBytes is null && total > options.DefaultSharedBytes)
            throw Refuse($"{total} bytes of shared memory; {options.DefaultSharedBytes} are allowed without an attribute");
        if (total > options.MaximumSharedBytes)
            throw Refuse($"{total} bytes of shared memory; the device allows {options.MaximumSharedBytes}");
    }

    private PtxFaultException Refuse(string what) =>
        new(FaultKind.InvalidLaunch, kernel.Name, new(0, 0, 0), -1, "", $"launch refused: {what}");
}

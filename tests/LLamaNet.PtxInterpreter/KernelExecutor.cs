using System.Buffers.Binary;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter;

// Runs kernels on one device, one block after the other. Not for several threads at once.
internal sealed unsafe class KernelExecutor(DeviceMemory memory, ExecutionOptions? options = null)
{
    private readonly ExecutionOptions _options = options ?? new();
    private readonly ThreadBlock _block = new(memory);
    private readonly Dictionary<PtxModule, ulong[]> _variables = [];
    private byte[] _parameters = GC.AllocateArray<byte>(4096, pinned: true);
    private long _launches;

    public DeviceMemory Memory { get; } = memory;

    public long Launches => _launches;

    public long Blocks { get; private set; }

    // Instructions that warps executed.
    public long WarpInstructions { get; private set; }

    // Gives the module's variables their memory. A launch does it, too.
    public void Load(PtxModule module) => Addresses(module);

    public void Unload(PtxModule module)
    {
        if (!_variables.Remove(module, out ulong[]? addresses)) return;
        foreach (ulong address in addresses) Memory.Free(address);
    }

    // The address of a variable of the module; null when it has none of this name.
    public (ulong Address, int Bytes)? FindVariable(PtxModule module, string name)
    {
        for (int i = 0; i < module.Variables.Count; i++)
            if (module.Variables[i].Name == name) return (Addresses(module)[i], module.Variables[i].Bytes);
        return null;
    }

    // Runs the kernel to its end.
    // parameters: the parameter block, laid out as PtxKernel.Parameters says.
    // Throws PtxFaultException: the launch is impossible, or the kernel did something forbidden.
    public void Launch(PtxKernel kernel, Grid grid, Grid block, int dynamicSharedBytes, ReadOnlySpan<byte> parameters)
    {
        KernelCode code = kernel.Code;
        int sharedBytes = dynamicSharedBytes > 0 ? code.DynamicSharedStart + dynamicSharedBytes : code.StaticSharedBytes;
        new LaunchLimits(_options, kernel).Check(grid, block, dynamicSharedBytes, parameters.Length);
        _launches++;
        var launch = new LaunchShape(
            code, grid, block, dynamicSharedBytes, sharedBytes, ++Memory.Launches, _options.Multiprocessors);
        if (_parameters.Length < parameters.Length) _parameters = GC.AllocateArray<byte>(parameters.Length, pinned: true);
        parameters.CopyTo(_parameters);
        fixed (byte* native = _parameters)
        {
            _block.Prepare(launch, native, Addresses(kernel.Module));
            var runner = new BlockRunner(_block, _options.MaximumBlockInstructions);
            int count = checked((int)grid.Count);
            bool backward = _options.AlternatesBlockOrder && _launches % 2 == 0;
            for (int i = 0; i < count; i++)
            {
                int number = backward ? count - 1 - i : i;
                Run(runner, new(number % grid.X, number / grid.X % grid.Y, number / grid.X / grid.Y), number, sharedBytes);
            }
        }
    }

    private void Run(BlockRunner runner, Grid index, int number, int sharedBytes)
    {
        _block.Start(index, number, sharedBytes);
        try
        {
            runner.Run();
        }
        finally
        {
            Blocks++;
            WarpInstructions += _block.Instructions;
        }
    }

    private ulong[] Addresses(PtxModule module)
    {
        if (_variables.TryGetValue(module, out ulong[]? addresses)) return addresses;
        IReadOnlyList<ModuleVariable> variables = module.Variables;
        addresses = new ulong[variables.Count];
        for (int i = 0; i < addresses.Length; i++)
            addresses[i] = Memory.Allocate(Math.Max(1, variables[i].Bytes), variables[i].Constant).Start;
        for (int i = 0; i < addresses.Length; i++)
        {
            // Variables without a first value start as zeros.
            byte[] content = variables[i].Content?.ToArray() ?? new byte[Math.Max(1, variables[i].Bytes)];
            foreach ((int offset, string name) in variables[i].Addresses)
            {
                Span<byte> at = content.AsSpan(offset, sizeof(ulong));
                int variable = variables.Index().First(entry => entry.Item.Name == name).Index;
                BinaryPrimitives.WriteUInt64LittleEndian(at, BinaryPrimitives.ReadUInt64LittleEndian(at) + addresses[variable]);
            }

            Memory.CopyIn(addresses[i], content);
        }

        return _variables[module] = addresses;
    }
}

namespace LLamaNet.Backends.Cuda.Driver;

// A kernel of a module.
internal sealed unsafe class CudaKernel
{
    private const int MaxArguments = 64;

    private readonly CudaModule _module;
    private readonly nint _function;

    // Bytes of each parameter; null where the driver does not tell.
    private readonly int[]? _parameters;

    public CudaKernel(CudaModule module, string name, nint function)
    {
        _module = module;
        _function = function;
        Name = name;
        _parameters = ReadParameters();
    }

    public string Name { get; }

    public int RegisterCount => Attribute(CUfunctionAttribute.RegisterCount);

    // Per thread; what did not fit into registers.
    public int LocalBytes => Attribute(CUfunctionAttribute.LocalBytes);

    // Launches that want more than 48 KB must have it allowed.
    public int MaxDynamicSharedBytes
    {
        get => Attribute(CUfunctionAttribute.MaxDynamicSharedBytes);
        set
        {
            CudaDriver driver = MakeCurrent();
            CUresult result = driver.FuncSetAttribute(_function, CUfunctionAttribute.MaxDynamicSharedBytes, value);
            if (result != CUresult.Success)
                throw driver.Failure(result, "cuFuncSetAttribute", $"{value} bytes of dynamic shared memory", Name);
        }
    }

    // Queues the kernel. Memory named by the arguments stays the caller's to keep.
    public void Launch(
        CudaStream stream, Dim3 grid, Dim3 block, int dynamicSharedBytes, params ReadOnlySpan<KernelArgument> arguments)
    {
        CheckArguments(arguments);
        CudaDriver driver = MakeCurrent();
        void** values = stackalloc void*[MaxArguments];
        CUresult result;
        fixed (KernelArgument* first = arguments)
        {
            for (int i = 0; i < arguments.Length; i++) values[i] = KernelArgument.Address(first + i);
            result = driver.LaunchKernel(
                _function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)block.X, (uint)block.Y, (uint)block.Z,
                (uint)dynamicSharedBytes, stream.Handle, values, null);
        }

        GC.KeepAlive(stream);
        GC.KeepAlive(_module);
        if (result != CUresult.Success)
        {
            string shape = $"grid {grid}, block {block}, {dynamicSharedBytes} bytes of dynamic shared memory";
            throw driver.Failure(result, "cuLaunchKernel", kernel: Name, launchShape: shape);
        }
    }

    private CudaDriver MakeCurrent()
    {
        _module.ThrowIfDisposed();
        _module.Context.MakeCurrent();
        return _module.Context.Driver;
    }

    // A wrong list would be read as garbage, or beyond its end.
    private void CheckArguments(ReadOnlySpan<KernelArgument> arguments)
    {
        if (arguments.Length > MaxArguments)
            throw new ArgumentException($"{Name}: more than {MaxArguments} arguments.", nameof(arguments));
        if (_parameters is null) return;
        if (arguments.Length != _parameters.Length)
        {
            throw new ArgumentException(
                $"{Name} has {_parameters.Length} parameters and was given {arguments.Length} arguments.", nameof(arguments));
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Bytes == _parameters[i]) continue;
            throw new ArgumentException(
                $"{Name}: parameter {i} has {_parameters[i]} bytes and its argument {arguments[i].Bytes}.", nameof(arguments));
        }
    }

    private int[]? ReadParameters()
    {
        CudaDriver driver = MakeCurrent();
        if (driver.FuncGetParamInfo is null) return null;
        var parameters = new List<int>();
        nuint offset, bytes;
        while (driver.FuncGetParamInfo(_function, (nuint)parameters.Count, &offset, &bytes) == CUresult.Success)
            parameters.Add((int)bytes);
        return [.. parameters];
    }

    private int Attribute(CUfunctionAttribute attribute)
    {
        CudaDriver driver = MakeCurrent();
        int value;
        CUresult result = driver.FuncGetAttribute(&value, attribute, _function);
        if (result != CUresult.Success) throw driver.Failure(result, "cuFuncGetAttribute", kernel: Name);
        GC.KeepAlive(_module);
        return value;
    }
}

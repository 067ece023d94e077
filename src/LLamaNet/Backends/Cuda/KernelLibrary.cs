using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda;

// The kernels that ship inside this assembly, as PTX. A file is given to the driver, which compiles it for its GPU, when the
// first of its kernels is asked for. For one thread at a time.
internal sealed class KernelLibrary(CudaContext context) : IDisposable
{
    private readonly Dictionary<string, CudaModule> _modules = [];
    private readonly Dictionary<(string File, string Name), CudaKernel> _kernels = [];

    public CudaContext Context => context;

    // Files whose name ends in _sm90a use instructions that this generation alone has.
    public bool IsHopper => context.ComputeCapability.Major == 9;

    // file: the source's name. Where there is a source for each weight format or head size, its kernel puts the name together
    // from that: "gemv_q4_k", "gemm_q4_k_sm90a", "attention_prefill_f16_d128".
    public CudaKernel Get(string file, string name)
    {
        if (_kernels.TryGetValue((file, name), out CudaKernel? kernel)) return kernel;
        if (!_modules.TryGetValue(file, out CudaModule? module))
        {
            module = new CudaModule(context, Ptx(file));
            _modules.Add(file, module);
        }

        kernel = module.Kernel(name);
        _kernels.Add((file, name), kernel);
        return kernel;
    }

    public void Dispose()
    {
        foreach (CudaModule module in _modules.Values) module.Dispose();
        _modules.Clear();
        _kernels.Clear();
    }

    private static byte[] Ptx(string file)
    {
        string resource = $"{file}.{(file.EndsWith("_sm90a", StringComparison.Ordinal) ? "sm_90a" : "sm_80")}.ptx";
        using Stream stream = typeof(KernelLibrary).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly holds no {resource}.");
        var ptx = new byte[stream.Length];
        stream.ReadExactly(ptx);
        return ptx;
    }
}

using System.IO.Compression;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda;

// The kernels that ship inside this assembly, as compressed PTX. The driver gets a module, and compiles it for its GPU, when the
// first of its kernels is asked for. For one thread at a time.
internal sealed class KernelLibrary(CudaContext context) : IDisposable
{
    private const string Extension = ".ptx.br";

    private readonly Dictionary<string, CudaModule> _modules = [];
    private readonly Dictionary<(string File, string Name), CudaKernel> _kernels = [];

    // All modules in the assembly: "gemv_q4_k.sm_80".
    public static IReadOnlyList<string> Modules { get; } =
    [
        .. typeof(KernelLibrary).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    public CudaContext Context => context;

    // Files whose name ends in _sm90a use instructions that this generation alone has.
    public bool IsHopper => context.ComputeCapability.Major == 9;

    public static byte[] ReadPtx(string module)
    {
        using Stream stream = typeof(KernelLibrary).Assembly.GetManifestResourceStream(module + Extension)
            ?? throw new InvalidOperationException($"The assembly holds no {module}{Extension}.");
        using var brotli = new BrotliStream(stream, CompressionMode.Decompress);
        using var ptx = new MemoryStream();
        brotli.CopyTo(ptx);
        return ptx.ToArray();
    }

    // file: a module of kernels/instances without its target: "gemv_q4_k", "gemm_q4_k_sm90a", "attention_prefill_f16_d128".
    public CudaKernel Get(string file, string name)
    {
        if (_kernels.TryGetValue((file, name), out CudaKernel? kernel)) return kernel;
        if (!_modules.TryGetValue(file, out CudaModule? module))
        {
            module = new CudaModule(context, ReadPtx(ModuleOf(file)));
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

    private static string ModuleOf(string file) =>
        $"{file}.{(file.EndsWith("_sm90a", StringComparison.Ordinal) ? "sm_90a" : "sm_80")}";
}

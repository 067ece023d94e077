using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// PTX that the driver has compiled for its device.
internal sealed unsafe class CudaModule : IDisposable
{
    private const int ErrorLogBuffer = 5;
    private const int ErrorLogBufferBytes = 6;
    private const int LogBytes = 8192;

    private readonly CudaHandle _handle;

    public CudaModule(CudaContext context, ReadOnlySpan<byte> ptx)
    {
        Context = context;
        context.MakeCurrent();
        byte[] terminated = [.. ptx, 0];
        byte[] log = new byte[LogBytes];
        int* options = stackalloc int[] { ErrorLogBuffer, ErrorLogBufferBytes };
        nint module;
        fixed (byte* image = terminated, logStart = log)
        {
            void** values = stackalloc void*[] { logStart, (void*)LogBytes };
            CUresult result = context.Driver.ModuleLoadDataEx(&module, image, 2, options, values);
            if (result != CUresult.Success)
                throw context.Driver.Failure(result, "cuModuleLoadDataEx", detail: Marshal.PtrToStringUTF8((nint)logStart));
        }

        _handle = new CudaHandle(context.Handle, module, context.Driver.ModuleUnload);
    }

    public CudaContext Context { get; }

    // The kernel may be used until the module is disposed.
    public CudaKernel Kernel(string name)
    {
        Context.MakeCurrent();
        nint function;
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            CUresult result = Context.Driver.ModuleGetFunction(&function, _handle.Value, (byte*)text);
            if (result != CUresult.Success) throw Context.Driver.Failure(result, "cuModuleGetFunction", kernel: name);
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }

        return new CudaKernel(this, name, function);
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_handle.IsClosed, this);

    public void Dispose() => _handle.Dispose();
}

using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Scratch;

// The tokens that a step draws, on the device and where the host reads them. [Count]
internal sealed class DrawnTokens(CudaContext context, int count) : IDisposable
{
    private readonly CudaDeviceVariable<int> _tokens = new(context, count);
    private readonly PinnedMemory<int> _onHost = new(context, count);

    public int Count => count;

    public CUdeviceptr Pointer => _tokens.Pointer;

    // As the last copy left them.
    public ReadOnlySpan<int> OnHost => _onHost.Span;

    public void CopyToHostAsync(int tokens, CudaStream stream) => _tokens.CopyToAsync(_onHost, tokens, stream);

    public void Dispose()
    {
        _tokens.Dispose();
        _onHost.Dispose();
    }
}

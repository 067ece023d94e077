using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// Cosines and sines of every position, made on the host in double precision: [positions, headDim / 2] each, F32.
internal sealed record RopeTable(Tensor Cosines, Tensor Sines) : IDisposable
{
    public void Dispose()
    {
        Cosines.Dispose();
        Sines.Dispose();
    }
}

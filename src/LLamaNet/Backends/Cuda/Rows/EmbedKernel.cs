using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Weights;

namespace LLamaNet.Backends.Cuda.Rows;

// y[r] = table[tokens[r]]; y: [rows, width] F32, tokens: [rows] int32, each a row of the table.
internal sealed unsafe class EmbedKernel(KernelLibrary library)
{
    private const int Threads = 128;
    private const int GroupLength = 32;

    public void Launch(CudaStream stream, CudaTensor y, CUdeviceptr tokens, CudaWeight table, int rows)
    {
        if (table.Parts.Count != 1) throw new ArgumentException("A table of tokens is one matrix.", nameof(table));
        if (rows == 0) return;
        CudaWeight.Part part = table.Parts[0];
        CudaKernel kernel = library.Get(part.Format.EmbedName, part.Format.EmbedName);
        int groups = (table.Width + GroupLength - 1) / GroupLength;
        WeightPlanes planes = part.Planes;
        kernel.Launch(
            stream, new Dim3(rows, (groups + Threads - 1) / Threads), Threads, 0, y.Pointer, tokens, KernelArgument.At(&planes));
    }
}

using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda.Weights;

// Matrices of one width in planes on a GPU; their outputs stand side by side. Neighbors of one format are one matrix, so that
// one launch serves them.
internal sealed class CudaWeight : Weight
{
    private readonly Part[] _parts;

    // Memory is allocated and not yet filled: see WeightUploader.
    public CudaWeight(CudaContext context, IReadOnlyList<MatrixSource> sources, bool hasBias = false)
        : base(sources)
    {
        Form = ProductForm.Of(Types, hasBias);
        var parts = new List<Part>();
        try
        {
            int firstRow = 0;
            foreach (MatrixSource[] run in Runs(sources))
            {
                parts.Add(new Part(context, run, firstRow));
                firstRow += parts[^1].Rows;
            }
        }
        catch
        {
            foreach (Part part in parts) part.Dispose();
            throw;
        }

        _parts = [.. parts];
    }

    public IReadOnlyList<Part> Parts => _parts;

    public override long Bytes => _parts.Sum(part => part.Layout.Bytes);

    // What kernels can do with it.
    public ProductForm Form { get; }

    public static long PlannedBytes(IReadOnlyList<MatrixSource> sources) => Runs(sources).Sum(run => LayoutOf(run).Bytes);

    public override void Dispose()
    {
        base.Dispose();
        foreach (Part part in _parts) part.Dispose();
    }

    // Neighbors of one format.
    private static IEnumerable<MatrixSource[]> Runs(IReadOnlyList<MatrixSource> sources)
    {
        for (int i = 0, next; i < sources.Count; i = next)
        {
            for (next = i + 1; next < sources.Count && sources[next].Type == sources[i].Type;) next++;
            yield return [.. sources.Skip(i).Take(next - i)];
        }
    }

    private static PlaneLayout LayoutOf(MatrixSource[] run) =>
        PlaneFormat.Of(run[0].Type).Layout(run.Sum(source => source.Rows), run[0].Width);

    // Matrices of one format, one below the other: [Rows, Width] from output FirstRow of the weight on.
    internal sealed class Part : IDisposable
    {
        private readonly CudaDeviceVariable<byte> _memory;

        public Part(CudaContext context, MatrixSource[] sources, int firstRow)
        {
            Sources = sources;
            FirstRow = firstRow;
            Format = PlaneFormat.Of(sources[0].Type);
            Layout = LayoutOf(sources);
            // A GPU allocates at least one byte.
            _memory = new CudaDeviceVariable<byte>(context, Math.Max(1, Layout.Bytes));
            Planes = WeightPlanes.At(_memory.Pointer, Layout, sources[0].Width);
        }

        public IReadOnlyList<MatrixSource> Sources { get; }

        public int FirstRow { get; }

        public int Rows => Layout.Rows;

        public PlaneFormat Format { get; }

        public PlaneLayout Layout { get; }

        public WeightPlanes Planes { get; }

        public void Dispose() => _memory.Dispose();
    }
}

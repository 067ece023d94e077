using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;

namespace LLamaNet.Backends.Cuda.Products;

// y[r] = epilogue(weight . x[r]), or of RMSNorm(x[r]) with a norm, for many rows, on tensor cores (kernels/include/gemm.cuh).
// y: [rows, outputs], x: [rows, weight.Width], norm: [1, weight.Width], F32; a: room for the rows in 16 bits.
internal sealed unsafe class GemmKernel(KernelLibrary library)
{
    // Up to here tiles of few rows waste less than large ones; from here on a second pass over the weight would cost more.
    public const int MaxSmallTileRows = 64;

    public static readonly Tile LargeTile = new(Rows: 128, Columns: 128, Stages: 3);
    public static readonly Tile SmallTile = new(Rows: 32, Columns: 64, Stages: 4);

    private readonly ConvertKernel _convert = new(library);
    private readonly Dictionary<(PlaneFormat, bool), LoadedKernel> _kernels = [];

    // weight: of a form that TakesGemm; Epilogue.SwiGlu: only where it TakesSwiGlu.
    public void Launch(
        CudaStream stream, CudaTensor y, CudaTensor x, CudaWeight weight, int rows, GemmActivations a,
        Epilogue epilogue = Epilogue.Store, CudaTensor? norm = null, float epsilon = 0)
    {
        DType? converted = null;
        foreach (CudaWeight.Part part in weight.Parts)
        {
            DType operand = ConvertKernel.OperandOf(part.Format.Type);
            // Parts convert again only where their types differ.
            if (converted != operand) _convert.Launch(stream, a, x, operand, rows, norm, epsilon);
            converted = operand;
            LoadedKernel loaded = Of(part.Format, rows <= MaxSmallTileRows);
            WeightPlanes planes = part.Planes;
            loaded.Kernel.Launch(
                stream, loaded.Grid(rows, part.Rows, epilogue), loaded.Threads, loaded.SharedBytes,
                y.Pointer + (long)part.FirstRow * sizeof(float), y.Width, (int)epilogue,
                a.Pointer, GemmActivations.StrideOf(x.Width), KernelArgument.At(&planes), rows);
        }
    }

    private LoadedKernel Of(PlaneFormat format, bool hasSmallTile)
    {
        if (_kernels.TryGetValue((format, hasSmallTile), out LoadedKernel? loaded)) return loaded;
        string file = $"gemm_{format.Symbol}";
        CudaKernel kernel = library.Get(file, hasSmallTile ? $"{file}_few_rows" : file);
        loaded = new LoadedKernel(kernel, hasSmallTile ? SmallTile : LargeTile, format.QuantizesActivations);
        _kernels.Add((format, hasSmallTile), loaded);
        return loaded;
    }

    // Outputs of a block, and stages of 64 columns of the weight under way.
    internal readonly record struct Tile(int Rows, int Columns, int Stages);

    // A kernel and its tile.
    private sealed class LoadedKernel
    {
        private const int RowBytes = 128;
        private const int QuantizedStages = 2;

        private readonly Tile _tile;

        // isQuantized: the weight's tiles have two stages of their own.
        public LoadedKernel(CudaKernel kernel, Tile tile, bool isQuantized)
        {
            Kernel = kernel;
            _tile = tile;
            SharedBytes = RowBytes * (tile.Stages * tile.Rows + (isQuantized ? QuantizedStages : tile.Stages) * tile.Columns);
            kernel.MaxDynamicSharedBytes = SharedBytes;
        }

        public CudaKernel Kernel { get; }

        public int SharedBytes { get; }

        public int Threads => 2 * _tile.Columns;

        // Blocks that share a tile of the weight are neighbors: all but the first find it in the second-level cache.
        public Dim3 Grid(int rows, int weightRows, Epilogue epilogue)
        {
            // With SwiGLU half of a tile is gate, and gate and up end separately.
            int parts = epilogue == Epilogue.SwiGlu ? 2 : 1, outputs = weightRows / parts, columns = _tile.Columns / parts;
            return new((rows + _tile.Rows - 1) / _tile.Rows, (outputs + columns - 1) / columns);
        }
    }
}

using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Planes;
using LLamaNet.Backends.Cuda.Scratch;

namespace LLamaNet.Backends.Cuda.Kernels;

// y[r] = epilogue(weight . x[r]), or of RMSNorm(x[r]) with a norm, for many rows, on tensor cores (kernels/include/gemm.cuh).
// y: [rows, outputs], x: [rows, weight.Width], norm: [1, weight.Width], F32; a: room for the rows in 16 bits.
internal sealed unsafe class GemmKernel(KernelLibrary library)
{
    // Up to here tiles of few rows waste less than large ones; from here on a second pass over the weight would cost more.
    public const int MaxSmallTileRows = 64;

    private readonly ConvertKernel _convert = new(library);
    private readonly Dictionary<(PlaneFormat, bool), Variant> _variants = [];

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
            Variant variant = Of(part.Format, rows <= MaxSmallTileRows);
            WeightPlanes planes = part.Planes;
            variant.Kernel.Launch(
                stream, variant.Grid(rows, part.Rows, epilogue), variant.Threads, variant.SharedBytes,
                y.Pointer + (long)part.FirstRow * sizeof(float), y.Width, (int)epilogue,
                a.Pointer, GemmActivations.StrideOf(x.Width), KernelArgument.At(&planes), rows);
        }
    }

    private Variant Of(PlaneFormat format, bool hasSmallTile)
    {
        if (_variants.TryGetValue((format, hasSmallTile), out Variant? variant)) return variant;
        string file = $"gemm_{format.Symbol}";
        CudaKernel kernel = library.Get(file, hasSmallTile ? $"{file}_few_rows" : file);
        variant = hasSmallTile
            ? new Variant(kernel, rows: 32, columns: 64, stages: 4, format.QuantizesActivations)
            : new Variant(kernel, rows: 128, columns: 128, stages: 3, format.QuantizesActivations);
        _variants.Add((format, hasSmallTile), variant);
        return variant;
    }

    // A kernel and its tile, as gemm.cuh has them.
    private sealed class Variant
    {
        private const int RowBytes = 128;
        private const int QuantizedStages = 2;

        private readonly int _rows;
        private readonly int _columns;

        // isQuantized: the weight's tiles have two stages of their own.
        public Variant(CudaKernel kernel, int rows, int columns, int stages, bool isQuantized)
        {
            Kernel = kernel;
            (_rows, _columns) = (rows, columns);
            SharedBytes = RowBytes * (stages * rows + (isQuantized ? QuantizedStages : stages) * columns);
            kernel.MaxDynamicSharedBytes = SharedBytes;
        }

        public CudaKernel Kernel { get; }

        public int SharedBytes { get; }

        public int Threads => 2 * _columns;

        // Blocks that share a tile of the weight are neighbours: it comes from the second-level cache for all but the first.
        public Dim3 Grid(int rows, int weightRows, Epilogue epilogue)
        {
            // With SwiGLU half of a tile is gate, and gate and up end separately.
            int parts = epilogue == Epilogue.SwiGlu ? 2 : 1, outputs = weightRows / parts, columns = _columns / parts;
            return new((rows + _rows - 1) / _rows, (outputs + columns - 1) / columns);
        }
    }
}

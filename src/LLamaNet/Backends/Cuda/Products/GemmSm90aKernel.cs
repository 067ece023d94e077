using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;

namespace LLamaNet.Backends.Cuda.Products;

// GemmKernel's products on Hopper, from TileRows rows on (kernels/include/gemm_sm90a.cuh).
internal sealed unsafe class GemmSm90aKernel(KernelLibrary library) : IDisposable
{
    private const int MinDriverVersion = 12000;
    private const int TileRows = 128;
    private const int TileColumns = 128;
    private const int WideTileColumns = 256;
    private const int Stages = 6;
    private const int WideStages = 4;
    private const int Threads = 384;
    private const int RowBytes = 128;

    private readonly ConvertKernel _convert = new(library);
    private readonly TensorMaps _maps = new(library.Context);
    private readonly Dictionary<(PlaneFormat, bool), CudaKernel> _kernels = [];

    // The instructions are this generation's alone, and older drivers do not know them.
    public static bool IsSupported(KernelLibrary library) => library.IsHopper
        && library.Context.Driver.Version >= MinDriverVersion && library.Context.Driver.TensorMapEncodeTiled is not null;

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
            // Every row of the buffer that holds this width is in the map: which of them are in use changes from launch to
            // launch.
            int strideBytes = GemmActivations.StrideOf(x.Width) * sizeof(ushort);
            CUtensorMap* activations = _maps.Of(new(a.Pointer, operand, a.Rows, x.Width, strideBytes, TileRows));
            CUdeviceptr outputs = y.Pointer + (long)part.FirstRow * sizeof(float);
            if (part.Format.QuantizesActivations) LaunchBlocks(stream, outputs, y.Width, epilogue, activations, part, rows);
            else LaunchHalves(stream, outputs, y.Width, epilogue, activations, part, rows);
        }
    }

    public void Dispose() => _maps.Dispose();

    private void LaunchHalves(
        CudaStream stream, CUdeviceptr y, int stride, Epilogue epilogue, CUtensorMap* activations, CudaWeight.Part part, int rows)
    {
        // Wide tiles read less, when there are enough of them for all multiprocessors.
        Dim3 grid = Grid(rows, part.Rows, WideTileColumns, epilogue);
        bool isWide = grid.X * grid.Y >= library.Context.Multiprocessors;
        int columns = isWide ? WideTileColumns : TileColumns;
        WeightPlanes planes = part.Planes;
        CUtensorMap* weights = _maps.Of(
            new(planes.Low, part.Format.Type, part.Rows, planes.Width, planes.LowRowBytes, columns / 2));
        Of(part.Format, isWide).Launch(
            stream, Grid(rows, part.Rows, columns, epilogue), Threads, SharedBytes(isWide),
            y, stride, (int)epilogue,
            KernelArgument.At(activations), KernelArgument.At(weights), KernelArgument.At(&planes), rows);
    }

    private void LaunchBlocks(
        CudaStream stream, CUdeviceptr y, int stride, Epilogue epilogue, CUtensorMap* activations, CudaWeight.Part part, int rows)
    {
        WeightPlanes planes = part.Planes;
        Of(part.Format, isWide: false).Launch(
            stream, Grid(rows, part.Rows, TileColumns, epilogue), Threads, SharedBytes(isWide: false),
            y, stride, (int)epilogue, KernelArgument.At(activations), KernelArgument.At(&planes), rows);
    }

    private CudaKernel Of(PlaneFormat format, bool isWide)
    {
        if (_kernels.TryGetValue((format, isWide), out CudaKernel? kernel)) return kernel;
        string name = $"gemm_{format.Symbol}";
        kernel = library.Get($"{name}_sm90a", isWide ? $"{name}_wide" : name);
        kernel.MaxDynamicSharedBytes = SharedBytes(isWide);
        _kernels.Add((format, isWide), kernel);
        return kernel;
    }

    private static Dim3 Grid(int rows, int weightRows, int columns, Epilogue epilogue)
    {
        int parts = epilogue == Epilogue.SwiGlu ? 2 : 1, outputs = weightRows / parts, perBlock = columns / parts;
        return new((rows + TileRows - 1) / TileRows, (outputs + perBlock - 1) / perBlock);
    }

    // Stages of both tiles, and two barriers for each.
    private static int SharedBytes(bool isWide)
    {
        int stages = isWide ? WideStages : Stages;
        return stages * (RowBytes * (TileRows + (isWide ? WideTileColumns : TileColumns)) + 2 * sizeof(ulong));
    }
}

using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;

namespace LLamaNet.Backends.Cuda.Products;

// y[r] = epilogue(weight . x[r]), or of RMSNorm(x[r]) with a norm, for up to eight rows a launch; more rows are more launches.
// y: [rows, outputs], x: [rows, weight.Width], norm: [1, weight.Width], F32.
internal sealed unsafe class GemvKernel(KernelLibrary library)
{
    public const int MaxRows = 8;

    private const int Threads = 256;
    private const int WarpsPerBlock = Threads / 32;
    private const int RegistersPerMultiprocessor = 65536;

    private readonly QuantizeKernel _quantize = new(library);
    private readonly Dictionary<(PlaneFormat, int), LoadedKernel> _kernels = [];

    // a: for quantized weights. norm: only where the weight's form GemvTakesNorm; Epilogue.SwiGlu: only where it TakesSwiGlu.
    public void Launch(
        CudaStream stream, CudaTensor y, CudaTensor x, CudaWeight weight, int rows, QuantizedActivations? a,
        Epilogue epilogue = Epilogue.Store, CudaTensor? norm = null, float epsilon = 0)
    {
        if (norm is not null && !weight.Form.GemvTakesNorm(rows))
            throw new ArgumentException($"No norm in front of {rows} rows.", nameof(norm));
        if (epilogue == Epilogue.SwiGlu && !weight.Form.TakesSwiGlu)
            throw new ArgumentException("Gate and up are not one matrix.", nameof(weight));
        for (int row = 0; row < rows; row += MaxRows)
            LaunchRows(
                stream, y.Row(row), y.Width, x.Row(row), weight, Math.Min(MaxRows, rows - row), a, epilogue,
                norm?.Pointer ?? default, epsilon);
    }

    private void LaunchRows(
        CudaStream stream, CUdeviceptr y, int stride, CUdeviceptr x, CudaWeight weight, int rows, QuantizedActivations? a,
        Epilogue epilogue, CUdeviceptr norm, float epsilon)
    {
        bool areQuantized = false;
        for (int i = 0; i < weight.Parts.Count; i++)
        {
            CudaWeight.Part part = weight.Parts[i];
            CUdeviceptr outputs = y + (long)part.FirstRow * sizeof(float);
            if (!part.Format.QuantizesActivations)
            {
                LaunchFloats(stream, outputs, stride, x, part, weight.Width, rows, epilogue, norm, epsilon);
            }
            else if (rows == 1 && QuantizedActivations.RowBytes(weight.Width) <= MaxSharedBytes)
            {
                LoadedKernel one = Of(part.Format, 1);
                int sharedBytes = (int)QuantizedActivations.RowBytes(weight.Width);
                one.Allow(sharedBytes);
                LaunchOne(stream, one, sharedBytes, outputs, stride, x, part, epilogue, norm, epsilon);
            }
            else
            {
                ArgumentNullException.ThrowIfNull(a);
                LoadedKernel some = Of(part.Format, Math.Max(2, rows));
                if (!areQuantized) _quantize.Launch(stream, a, x, norm, weight.Width, rows, some.Rows, epsilon);
                areQuantized = true;
                WeightPlanes planes = part.Planes;
                some.Kernel.Launch(
                    stream, some.Grid(Outputs(part, epilogue), epilogue, 0), Threads, 0,
                    outputs, a.Codes, a.Scales, KernelArgument.At(&planes), rows, stride, (int)epilogue);
            }
        }
    }

    private void LaunchFloats(
        CudaStream stream, CUdeviceptr y, int stride, CUdeviceptr x, CudaWeight.Part part, int width, int rows,
        Epilogue epilogue, CUdeviceptr norm, float epsilon)
    {
        bool isAligned = width % 4 == 0;
        if (rows > 1 && isAligned)
        {
            WeightPlanes planes = part.Planes;
            LoadedKernel some = Of(part.Format, rows);
            some.Kernel.Launch(
                stream, some.Grid(Outputs(part, epilogue), epilogue, 0), Threads, 0,
                y, x, KernelArgument.At(&planes), rows, stride, (int)epilogue);
            return;
        }

        LoadedKernel one = Of(part.Format, isAligned ? 1 : 0);
        for (int row = 0; row < rows; row++)
        {
            LaunchOne(
                stream, one, 0, y + (long)row * stride * sizeof(float), stride, x + (long)row * width * sizeof(float), part,
                epilogue, norm, epsilon);
        }
    }

    private static void LaunchOne(
        CudaStream stream, LoadedKernel loaded, int sharedBytes, CUdeviceptr y, int stride, CUdeviceptr x, CudaWeight.Part part,
        Epilogue epilogue, CUdeviceptr norm, float epsilon)
    {
        WeightPlanes planes = part.Planes;
        loaded.Kernel.Launch(
            stream, loaded.Grid(Outputs(part, epilogue), epilogue, sharedBytes), Threads, sharedBytes,
            y, x, norm, epsilon, KernelArgument.At(&planes), stride, (int)epilogue);
    }

    // Some is left for what kernels declare themselves.
    private int MaxSharedBytes => library.Context.SharedBytesPerBlock - 1024;

    private static int Outputs(CudaWeight.Part part, Epilogue epilogue) =>
        epilogue == Epilogue.SwiGlu ? part.Rows / 2 : part.Rows;

    // rows: 0 for one row whose width is no multiple of 4.
    private LoadedKernel Of(PlaneFormat format, int rows)
    {
        int maxRows = rows switch { <= 2 => rows, <= 4 => 4, _ => 8 };
        if (_kernels.TryGetValue((format, maxRows), out LoadedKernel? loaded)) return loaded;
        string file = $"gemv_{format.Symbol}";
        CudaKernel kernel = library.Get(file, maxRows == 0 ? $"{file}_unaligned" : $"{file}_rows{maxRows}");
        loaded = new LoadedKernel(kernel, maxRows, library.Context);
        _kernels.Add((format, maxRows), loaded);
        return loaded;
    }

    // A kernel, and how many blocks of it the device holds at a time.
    private sealed class LoadedKernel(CudaKernel kernel, int rows, CudaContext context)
    {
        // 24 warps' loads keep a multiprocessor's share of memory busy; with more blocks, more would prepare the same
        // activations.
        private const int MaxBlocks = 3;

        // What a block has of a multiprocessor's shared memory beside what it asks for.
        private const int SharedBytesOfBlock = 1024;

        private readonly int _blocksByRegisters =
            Math.Clamp(RegistersPerMultiprocessor / (Threads * Math.Max(1, kernel.RegisterCount)), 1, MaxBlocks);

        private int _allowedSharedBytes;

        public CudaKernel Kernel => kernel;

        // Rows of activations that it reads.
        public int Rows => rows;

        public int Grid(int outputs, Epilogue epilogue, int sharedBytes)
        {
            int blocksByMemory = context.SharedBytesPerBlock / (sharedBytes + SharedBytesOfBlock);
            int resident = context.Multiprocessors * Math.Clamp(blocksByMemory, 1, _blocksByRegisters);
            int tile = rows <= 2 ? 2 : 4;
            int perBlock = WarpsPerBlock * (epilogue == Epilogue.SwiGlu ? tile / 2 : tile);
            return Math.Min(resident, (outputs + perBlock - 1) / perBlock);
        }

        public void Allow(int sharedBytes)
        {
            if (sharedBytes <= _allowedSharedBytes) return;
            kernel.MaxDynamicSharedBytes = sharedBytes;
            _allowedSharedBytes = sharedBytes;
        }
    }
}

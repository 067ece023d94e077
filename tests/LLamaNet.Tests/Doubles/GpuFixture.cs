using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Loading;
using LLamaNet.PtxInterpreter;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// The GPU of a test: interpreted, on a machine of its own; or this machine's first one, where LLAMANET_TEST_CUDA is "real".
// Memory that is left on an interpreted one at the end is a leak.
internal sealed class GpuFixture : IDisposable
{
    public const string Variable = "LLAMANET_TEST_CUDA";

    private const int GuardLength = 16;

    private readonly bool _asAmpere;
    private readonly List<CudaBackend> _backends = [];
    private CudaContext? _context;
    private CudaStream? _stream;
    private KernelLibrary? _library;
    private CudaKernel? _add;

    public GpuFixture(params PtxDevice[] devices)
    {
        if (!IsReal)
        {
            Interpreter = new PtxDriver(new PtxDriverOptions { Devices = devices.Length > 0 ? devices : [new PtxDevice()] });
            return;
        }

        bool isHopper = devices is [var only] && only == PtxDevice.Hopper;
        bool isPlain = devices.Length == 0 || devices is [var plain] && plain == new PtxDevice();
        Assert.SkipUnless(isHopper || isPlain, "A GPU cannot be made to measure.");
        _asAmpere = !isHopper;
        Assert.SkipWhen(
            isHopper && CudaDevice.Read(Open(), 0).ComputeCapability.Major != 9, "Instructions that Hopper alone has.");
    }

    // A machine that is interpreted always.
    public GpuFixture(PtxDriverOptions options)
    {
        Assert.SkipWhen(IsReal, "A GPU cannot be made to measure.");
        Interpreter = new PtxDriver(options);
    }

    public static bool IsReal { get; } = Environment.GetEnvironmentVariable(Variable) == "real";

    public static byte[] AddPtx { get; } = KernelLibrary.ReadPtx("add.sm_80");

    // Null where the GPU is real.
    public PtxDriver? Interpreter { get; }

    // For tests of what only an interpreter tells: they skip on a real GPU.
    public PtxDriver Driver
    {
        get
        {
            Assert.SkipWhen(Interpreter is null, "A real GPU does not tell.");
            return Interpreter!;
        }
    }

    public CudaContext Context => _context ??= new CudaContext(Open(), 0);

    public CudaStream Stream => _stream ??= new CudaStream(Context);

    // The kernels that ship.
    public KernelLibrary Library => _library ??= new KernelLibrary(Context);

    // y[i] += x[i]
    public CudaKernel Add => _add ??= Library.Get("add", "add_f32");

    public DeviceProvider Provider => new CudaProvider(Open);

    // The CPU and these GPUs.
    public DeviceProviders Devices => Providers(Open);

    // The same, but decode steps are launched one by one.
    public DeviceProviders DirectDevices => Providers(Open, recordsSteps: false);

    // The CPU and the GPUs of a driver.
    public static DeviceProviders Providers(Func<CudaDriver> openDriver, bool recordsSteps = true) =>
        new(new CpuProvider(), new CudaProvider(openDriver, recordsSteps));

    public CudaDriver Open()
    {
        if (Interpreter is not null) return new CudaDriver(Interpreter.Find);
        nint library = DriverLibrary.Load();
        nint Find(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
        return _asAmpere ? FakeDriver.Over(Find) : new CudaDriver(Find);
    }

    // The backend is closed with this.
    public CudaBackend OpenBackend()
    {
        var backend = new CudaBackend(new CudaContext(Open(), 0));
        _backends.Add(backend);
        return backend;
    }

    // A model of the shared data on the GPU.
    public Task<LlamaModel> LoadAsync(string path, ModelOptions? options = null) => LlamaModel.LoadAsync(
        SharedData.Path("models/" + path), Devices, (options ?? new()) with { Device = Device.Cuda() },
        cancellationToken: TestContext.Current.CancellationToken);

    public CudaDeviceVariable<float> Upload(params float[] values) => Upload<float>(values);

    public CudaDeviceVariable<T> Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var variable = new CudaDeviceVariable<T>(Context, Math.Max(1, values.Length));
        variable.CopyFrom(values);
        return variable;
    }

    public CudaTensor Tensor(int rows, int width, ReadOnlySpan<float> values)
    {
        var tensor = new CudaTensor(Context, DType.F32, rows, width);
        Context.CopyToDevice(tensor.Pointer, values);
        return tensor;
    }

    public CudaWeight Load(IReadOnlyList<MatrixSource> parts)
    {
        var weight = new CudaWeight(Context, parts);
        using var uploader = new WeightUploader(Context);
        uploader.Upload(weight, _ => { }, TestContext.Current.CancellationToken);
        return weight;
    }

    public float[] Values(CudaTensor tensor)
    {
        Stream.Synchronize();
        var values = new float[tensor.Rows * tensor.Width];
        Context.CopyFromDevice<float>(values, tensor.Pointer);
        return values;
    }

    public static float[] Download(CudaDeviceVariable<float> variable)
    {
        var values = new float[variable.Count];
        variable.CopyTo(values);
        return values;
    }

    public PinnedMemory<float> Pin(params float[] values)
    {
        var memory = new PinnedMemory<float>(Context, values.Length);
        values.CopyTo(memory.Span);
        return memory;
    }

    // y += x
    public void LaunchAdd(CudaStream stream, CudaDeviceVariable<float> y, CudaDeviceVariable<float> x) =>
        Add.Launch(stream, (int)((y.Count + 255) / 256), 256, 0, y.Pointer, x.Pointer, (int)y.Count);

    // Runs a launcher that writes `count` elements to the address it is given, and nothing around them.
    public T[] Run<T>(int count, T guard, Action<CUdeviceptr> launch)
        where T : unmanaged
    {
        T[] values = Enumerable.Repeat(guard, count + 2 * GuardLength).ToArray();
        using CudaDeviceVariable<T> memory = Upload<T>(values);
        launch(memory.Pointer + GuardLength * Unsafe.SizeOf<T>());
        Stream.Synchronize();
        memory.CopyTo(values);
        Assert.All(values[..GuardLength], value => Assert.Equal(guard, value));
        Assert.All(values[(GuardLength + count)..], value => Assert.Equal(guard, value));
        return values[GuardLength..(GuardLength + count)];
    }

    // Frees what this holds; then nothing may be left.
    public void AssertNothingLeaks()
    {
        foreach (CudaBackend backend in _backends) backend.Dispose();
        _library?.Dispose();
        _stream?.Dispose();
        _context?.Dispose();
        if (Interpreter is not null) Assert.Empty(Interpreter.Leaks);
    }

    public void Dispose()
    {
        try
        {
            AssertNothingLeaks();
        }
        finally
        {
            Interpreter?.Dispose();
        }
    }
}

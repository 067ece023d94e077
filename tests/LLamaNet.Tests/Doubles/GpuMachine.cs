using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// The GPU of a test: interpreted, in a machine of its own; or this machine's first one, where LLAMANET_TEST_CUDA is "real".
// What is left in an interpreted one's memory at the end is a leak.
internal sealed class GpuMachine : IDisposable
{
    public const string Variable = "LLAMANET_TEST_CUDA";

    private readonly bool _asAmpere;

    public GpuMachine(params PtxDevice[] devices)
    {
        if (!IsReal)
        {
            Interpreter = new PtxDriver(new PtxDriverOptions { Devices = devices.Length > 0 ? devices : [new PtxDevice()] });
            return;
        }

        bool isHopper = devices is [var only] && only == PtxDevice.Hopper;
        Assert.SkipUnless(isHopper || devices.Length == 0 || devices is [var plain] && plain == new PtxDevice(), "A GPU cannot be made to measure.");
        _asAmpere = !isHopper;
        Assert.SkipWhen(isHopper && CudaDevice.Read(Open(), 0).ComputeCapability.Major != 9, "Instructions that Hopper alone has.");
    }

    public static bool IsReal { get; } = Environment.GetEnvironmentVariable(Variable) == "real";

    // Null where the GPU is real.
    public PtxDriver? Interpreter { get; }

    public CudaDriver Open()
    {
        if (Interpreter is not null) return new CudaDriver(Interpreter.Find);
        nint library = DriverLibrary.Load();
        nint Find(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
        return _asAmpere ? AmpereDriver.Over(Find) : new CudaDriver(Find);
    }

    // For tests of what only an interpreter tells: they skip on a real GPU.
    public PtxDriver NeedInterpreter()
    {
        Assert.SkipWhen(Interpreter is null, "A real GPU does not tell.");
        return Interpreter!;
    }

    public void Dispose()
    {
        if (Interpreter is null) return;
        IReadOnlyList<string> leaks = Interpreter.Leaks;
        Interpreter.Dispose();
        Assert.Empty(leaks);
    }
}

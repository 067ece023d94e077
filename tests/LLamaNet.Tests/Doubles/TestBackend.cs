using System.Diagnostics.CodeAnalysis;
using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.PtxInterpreter;

namespace LLamaNet.Tests.Doubles;

// A backend that contracts are held against. A test's case shows the name and is found by it.
public sealed record TestBackend : IFormattable, IParsable<TestBackend>
{
    private static readonly int[] s_threads = [1, 2, 3];

    private readonly Func<(Backend Backend, IDisposable Owner)> _open;

    private TestBackend(string name, bool isCuda, Func<(Backend Backend, IDisposable Owner)> open)
    {
        Name = name;
        IsCuda = isCuda;
        _open = open;
    }

    // Every register width with every number of threads: "V256 x 3".
    public static IReadOnlyList<TestBackend> Cpu { get; } =
        [.. SimdWidths.Supported.SelectMany(
            width => s_threads.Select(threads => OnCpu($"{width} x {threads}", () => new CpuBackend(threads, width))))];

    // The ways to multiply bytes, also those that are not the fastest here: "Pairs256".
    public static IReadOnlyList<TestBackend> ByteDots { get; } =
        [.. ByteDotsChoice.Supported.Select(dots => OnCpu($"{dots}", () => new CpuBackend(1, SimdWidth.V128, dots)))];

    // The kernels for every generation, and those for Hopper.
    public static IReadOnlyList<TestBackend> Cuda { get; } = [OnGpu("CUDA 8.0", new()), OnGpu("CUDA 9.0", PtxDevice.Hopper)];

    // A run on a real GPU is about the GPU alone.
    public static IReadOnlyList<TestBackend> All { get; } = GpuFixture.IsReal ? Cuda : [.. Cpu, .. Cuda];

    // The narrowest registers and one thread.
    public static TestBackend Plain => Cpu[0];

    public string Name { get; }

    public bool IsCuda { get; }

    public static TestBackend Parse(string s, IFormatProvider? provider) =>
        Cpu.Concat(ByteDots).Concat(Cuda).Single(kind => kind.Name == s);

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out TestBackend result)
    {
        result = Cpu.Concat(ByteDots).Concat(Cuda).SingleOrDefault(kind => kind.Name == s);
        return result is not null;
    }

    public string ToString(string? format, IFormatProvider? formatProvider) => Name;

    public override string ToString() => Name;

    // The backend, and what is disposed in its place.
    internal (Backend Backend, IDisposable Owner) Open() => _open();

    private static TestBackend OnCpu(string name, Func<CpuBackend> open) => new(name, isCuda: false, () =>
    {
        CpuBackend backend = open();
        return (backend, backend);
    });

    private static TestBackend OnGpu(string name, PtxDevice device) => new(name, isCuda: true, () =>
    {
        var gpu = new GpuFixture(device);
        return (gpu.OpenBackend(), gpu);
    });
}

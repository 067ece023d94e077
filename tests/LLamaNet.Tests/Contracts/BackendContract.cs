using System.Runtime.InteropServices;
using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

// What an operation promises on every backend. A test's backends are closed after it.
public abstract class BackendContract : IDisposable
{
    private readonly Stack<IDisposable> _owners = [];

    public static TheoryData<TestBackend> Backends => [.. TestBackend.All];

    public static TheoryData<DType> Formats => [.. WeightFormat.All.Select(format => format.Type)];

    public static MatrixTheoryData<TestBackend, DType> BackendsAndFormats =>
        new(TestBackend.All, WeightFormat.All.Select(format => format.Type));

    public void Dispose()
    {
        while (_owners.TryPop(out IDisposable? owner)) owner.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Backend Open(TestBackend kind)
    {
        (Backend backend, IDisposable owner) = kind.Open();
        _owners.Push(owner);
        return backend;
    }

    // The results of every backend on the CPU are the same bits.
    private protected static void AssertSameBits(Func<Backend, float[]> compute)
    {
        float[]? expected = null;
        foreach (TestBackend kind in TestBackend.Cpu)
        {
            (Backend backend, IDisposable owner) = kind.Open();
            using (owner)
            {
                float[] actual = compute(backend);
                expected ??= actual;
                Assert.True(SameBits(expected, actual), $"{kind} differs from {TestBackend.Plain}");
            }
        }
    }

    private static bool SameBits(float[] expected, float[] actual) =>
        MemoryMarshal.Cast<float, int>(expected).SequenceEqual(MemoryMarshal.Cast<float, int>(actual));
}

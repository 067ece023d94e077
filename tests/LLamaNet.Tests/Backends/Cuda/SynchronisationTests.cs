using System.Text;
using System.Text.RegularExpressions;
using LLamaNet.Backends;
using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// The PTX that ships, with one barrier or wait taken out: each is needed, and the interpreter finds that it is missing, but for
// those that order a block's own accesses to global memory, or an atomic operation, which it does not follow.
public unsafe class SynchronisationTests
{
    private const int HeadDim = 64;
    private const int Length = 300;

    [Theory]
    [InlineData(@"bar\.sync\s+0;")]
    [InlineData(@"cp\.async\.wait_group 1;")]
    public void Attention_of_several_tokens_needs_every_barrier_and_wait(string instruction) => AssertNeeded(
        "attention_prefill_f16_d64", "attention_prefill_f16_d64", instruction, unseen: 0,
        (gpu, kernel) =>
        {
            using Layer layer = new(gpu, rows: Length, firstPosition: 0);
            AttentionParameters parameters = layer.Parameters;
            kernel.Launch(
                gpu.Stream, new Dim3(5, 1, 1), 128, 2 * 64 * (HeadDim + 8) * 2,
                layer.Y, layer.Qkv, layer.Keys, layer.Values, KernelArgument.At(&parameters));
            gpu.Stream.Synchronize();
        });

    // Unseen: what all threads wrote comes before the block says so.
    [Fact]
    public void Attention_over_splits_needs_every_barrier() => AssertNeeded(
        "attention_decode_f16_d64", "attention_decode_f16_d64_h1", @"bar\.sync\s+0;", unseen: 1,
        (gpu, kernel) =>
        {
            using Layer layer = new(gpu, rows: 1, firstPosition: Length - 1);
            using var scratch = new AttentionScratch(gpu.Context, new AttentionShape(1, 1, HeadDim), 1, gpu.Stream);
            AttentionParameters parameters = layer.Parameters;
            AttentionScratch.ScratchPointers pointers = scratch.Pointers;
            kernel.Launch(
                gpu.Stream, new Dim3(1, 3, 1), 128, 0,
                layer.Y, layer.Qkv, layer.Keys, layer.Values, KernelArgument.At(&parameters), KernelArgument.At(&pointers));
            gpu.Stream.Synchronize();
        });

    // Unseen: weights are written by one thread and read by another.
    [Fact]
    public void Drawing_needs_every_barrier() => AssertNeeded(
        "sample", "sample_f32", @"bar\.sync\s+0;", unseen: 1,
        (gpu, kernel) =>
        {
            const int Vocabulary = 2100;
            using CudaDeviceVariable<int> token = gpu.Upload<int>([0]);
            using CudaDeviceVariable<float> logits = gpu.Upload<float>(Values.Normal(Vocabulary, 1));
            SampleParameters chosen = new(1, 2, 0.9f, 0.9f, 0, 50, Vocabulary);
            using CudaDeviceVariable<SampleParameters> settings = gpu.Upload<SampleParameters>([chosen]);
            kernel.Launch(gpu.Stream, 1, 1024, 0, token.Pointer, logits.Pointer, settings.Pointer, Vocabulary);
            gpu.Stream.Synchronize();
        });

    private static void AssertNeeded(
        string file, string kernel, string instruction, int unseen, Action<GpuFixture, CudaKernel> launch)
    {
        string text = File.ReadAllText(Repository.Path($"kernels/ptx/{file}.sm_80.ptx"));
        int start = text.IndexOf($".entry {kernel}(", StringComparison.Ordinal);
        int end = text.IndexOf("-- End function", start, StringComparison.Ordinal);
        Match[] found = [.. Regex.Matches(text, instruction).Where(match => match.Index > start && match.Index < end)];
        Assert.NotEmpty(found);
        Assert.Null(Run(text));
        FaultKind?[] faults = [.. found.Select(match => Run(text.Remove(match.Index, match.Length)))];
        Assert.Equal(unseen, faults.Count(fault => fault is null));
        // Uninitialised: read before it was written at all.
        FaultKind?[] expected = [null, FaultKind.Race, FaultKind.MissingWait, FaultKind.Uninitialised];
        Assert.All(faults, fault => Assert.Contains(fault, expected));

        FaultKind? Run(string ptx)
        {
            using var gpu = new GpuFixture();
            using var module = new CudaModule(gpu.Context, Encoding.UTF8.GetBytes(ptx));
            try
            {
                launch(gpu, module.Kernel(kernel));
                return null;
            }
            catch (CudaException)
            {
                return gpu.Driver.LastFault!.Kind;
            }
        }
    }

    // One head's cache of Length positions, and a segment of it.
    private sealed class Layer(GpuFixture gpu, int rows, int firstPosition) : IDisposable
    {
        private readonly CudaDeviceVariable<float> _floats =
            gpu.Upload<float>(Doubles.Values.Normal((rows * 4 + 2 * Length) * HeadDim, 3));
        private readonly CudaDeviceVariable<Half> _cache =
            gpu.Upload<Half>([.. Doubles.Values.Normal(2 * 5 * 64 * HeadDim, 4).Select(value => (Half)value)]);
        private readonly CudaDeviceVariable<int> _batch = gpu.Upload<int>([0, rows, firstPosition, 0, 1, 2, 3, 4]);
        private readonly CudaDeviceVariable<ulong> _ropes = gpu.Upload<ulong>([0, 0]);

        public CUdeviceptr Y => _floats.Pointer;
        public CUdeviceptr Qkv => _floats.Pointer + rows * HeadDim * 4;
        public CUdeviceptr Keys => _cache.Pointer;
        public CUdeviceptr Values => _cache.Pointer + 5 * 64 * HeadDim * 2;
        public AttentionParameters Parameters => new(
            Positions: default, SegmentOf: default, FirstRows: _batch.Pointer, FirstPositions: _batch.Pointer + 8, Ropes,
            Pages: _batch.Pointer + 12, PageStride: 5, Heads: 1, KvHeads: 1, HeadDim,
            AttentionParameters.QueryScaleOf(new(1, 1, HeadDim)), Window: 0);

        private CUdeviceptr Ropes
        {
            get
            {
                ulong cosines = (Qkv + rows * 3 * HeadDim * 4).Value;
                _ropes.CopyFrom([cosines, cosines + Length * HeadDim / 2 * 4]);
                return _ropes.Pointer;
            }
        }

        public void Dispose()
        {
            _floats.Dispose();
            _cache.Dispose();
            _batch.Dispose();
            _ropes.Dispose();
        }
    }
}

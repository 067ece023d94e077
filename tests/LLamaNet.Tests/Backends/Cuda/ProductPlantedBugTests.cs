using System.Text;
using System.Text.RegularExpressions;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// The PTX that ships with one instruction changed or taken out: the interpreter must find each.
public class ProductPlantedBugTests
{
    private const int Rows = 1;
    private const int Outputs = 1;

    // Eight steps: every stage is used again.
    private const int Width = 512;

    private const int GemvOutputs = 20;
    private const int GemvWidth = 256;

    [Theory]
    [InlineData("", "", null)]
    // Nobody waits for the activations.
    [InlineData(@"bar\.sync \t0;", "", nameof(FaultKind.Race))]
    // Scales of activations are not written.
    [InlineData(@"st\.shared\.v2\.b32 [^;]*;", "", nameof(FaultKind.Uninitialised))]
    // Weights behind the last row, between two loads' places, and of another plane.
    [InlineData(@"(no_allocate\.v4\.u32 {[^}]*}, \[%rd\d+)\]", "$1+4096]", nameof(FaultKind.OutOfBounds))]
    [InlineData(@"(no_allocate\.v4\.u32 {[^}]*}, \[%rd\d+)\]", "$1+8]", nameof(FaultKind.Misaligned))]
    [InlineData(@"(no_allocate\.u16 %rs\d+, \[%rd\d+)\]", "$1+-4096]", nameof(FaultKind.OutOfBounds))]
    // Outputs behind the last.
    [InlineData(@"st\.global\.b32 \t\[(%rd\d+)\]", "st.global.b32 [$1+64]", nameof(FaultKind.OutOfBounds))]
    public unsafe void Bugs_in_the_kernel_of_one_row_are_found(string pattern, string replacement, string? fault)
    {
        using var gpu = new GpuFixture();
        using CudaWeight weight = gpu.Load([new TestMatrix(DType.Q4_0, GemvOutputs, GemvWidth, 1)]);
        using CudaTensor x = gpu.Tensor(1, GemvWidth, Values.Uniform(GemvWidth, 2));
        using CudaTensor y = gpu.Tensor(1, GemvOutputs, new float[GemvOutputs]);

        string text = File.ReadAllText(Repository.Path("kernels/ptx/gemv_q4_0.sm_80.ptx"));
        string changed = pattern.Length == 0 ? text : Regex.Replace(text, pattern, replacement);
        Assert.Equal(pattern.Length == 0, changed == text);
        using var module = new CudaModule(gpu.Context, Encoding.UTF8.GetBytes(changed));
        WeightPlanes planes = weight.Parts[0].Planes;
        module.Kernel("gemv_q4_0_rows1").Launch(
            gpu.Stream, 2, 256, (int)QuantizedActivations.RowBytes(GemvWidth),
            y.Pointer, x.Pointer, default(CUdeviceptr), 0f, KernelArgument.At(&planes), GemvOutputs, (int)Epilogue.Store);
        try
        {
            gpu.Stream.Synchronize();
            Assert.Null(fault);
        }
        catch (CudaException)
        {
            Assert.Equal(fault, gpu.Driver.LastFault!.Kind.ToString());
        }
    }

    [Theory]
    [InlineData("wgmma.fence.sync.aligned;", "", nameof(FaultKind.MissingFence))]
    [InlineData("wgmma.commit_group.sync.aligned;", "", nameof(FaultKind.MissingWait))]
    [InlineData("wgmma.wait_group.sync.aligned 0;", "", nameof(FaultKind.MissingWait))]
    // Stages are given back while wgmma still reads them.
    [InlineData("wgmma.wait_group.sync.aligned 1;", "", nameof(FaultKind.MissingWait))]
    [InlineData("mbarrier.arrive.shared::cta.b64 _, [", "prefetch.global.L2 [", nameof(FaultKind.Deadlock))]
    [InlineData(" 32768;", " 32752;", nameof(FaultKind.Deadlock))]
    [InlineData("fence.mbarrier_init.release.cluster;\nfence.proxy.async.shared::cta;", "", nameof(FaultKind.MissingFence))]
    [InlineData("bar.sync \t0;", "", nameof(FaultKind.Race))]
    [InlineData("setmaxnreg.inc.sync.aligned.u32 232;", "setmaxnreg.inc.sync.aligned.u32 240;", nameof(FaultKind.InvalidOperand))]
    [InlineData(".minnctapersm 1", "", nameof(FaultKind.InvalidOperand))]
    public void Bugs_in_the_Hopper_kernel_of_halves_are_found(string found, string replacement, string fault) =>
        Assert.Equal(fault, RunOnHopper(DType.F16, found, replacement));

    [Fact]
    public void A_stage_that_nobody_waits_for_is_found()
    {
        // The first wait in the text is that for the first stage.
        const string Wait = "mbarrier.try_wait.parity.shared::cta.b64 done, [";
        const string NoWait = "setp.eq.u32 done, 0, 0; mbarrier.test_wait.parity.shared::cta.b64 unused, [";
        Assert.Equal(nameof(FaultKind.MissingWait), RunOnHopper(DType.F16, Wait, NoWait, once: true));
    }

    [Theory]
    [InlineData("\tfence.proxy.async.shared::cta;", "", nameof(FaultKind.MissingFence))]
    [InlineData("wgmma.wait_group.sync.aligned 1;", "", nameof(FaultKind.MissingWait))]
    public void Bugs_in_the_Hopper_kernel_of_blocks_are_found(string found, string replacement, string fault) =>
        Assert.Equal(fault, RunOnHopper(DType.Q4_0, found, replacement));

    [Theory]
    [InlineData(DType.F16, "cp.async.wait_group 1;", "")]
    [InlineData(DType.F16, "cp.async.commit_group;", "")]
    [InlineData(DType.Q4_0, "cp.async.wait_group 1;", "")]
    [InlineData(DType.Q4_0, "bar.sync \t0;", "")]
    public void Bugs_in_the_kernels_of_other_GPUs_are_found(DType type, string found, string replacement)
    {
        using var machine = new Machine(new PtxDevice(), type);
        string? fault = machine.Run($"gemm_{machine.Symbol}.sm_80.ptx", 256, 98304, found, replacement, (y, planes, x, _, _) =>
            [y, Outputs, 0, x, GemmActivations.StrideOf(Width), planes, Rows]);
        string[] expected = [nameof(FaultKind.MissingWait), nameof(FaultKind.Race), nameof(FaultKind.Uninitialised)];
        Assert.Contains(fault, expected);
    }

    private static unsafe string? RunOnHopper(DType type, string found, string replacement, bool once = false)
    {
        using var machine = new Machine(PtxDevice.Hopper, type);
        Assert.Null(machine.Run($"gemm_{machine.Symbol}_sm90a.sm_90a.ptx", 384, 196704, "", "", Arguments));
        return machine.Run($"gemm_{machine.Symbol}_sm90a.sm_90a.ptx", 384, 196704, found, replacement, Arguments, once);

        KernelArgument[] Arguments(CUdeviceptr y, KernelArgument planes, CUdeviceptr x, nint xMap, nint wMap) => type == DType.F16
            ? [y, Outputs, 0, KernelArgument.At((CUtensorMap*)xMap), KernelArgument.At((CUtensorMap*)wMap), planes, Rows]
            : [y, Outputs, 0, KernelArgument.At((CUtensorMap*)xMap), planes, Rows];
    }

    private sealed unsafe class Machine : IDisposable
    {
        private readonly PtxDriver _driver;
        private readonly CudaContext _context;
        private readonly CudaStream _stream;
        private readonly CudaWeight _weight;
        private readonly CudaTensor _y;
        private readonly GemmActivations _x;
        private readonly TensorMaps _maps;

        public Machine(PtxDevice device, DType type)
        {
            _driver = new PtxDriver(new PtxDriverOptions { Devices = [device] });
            _context = new CudaContext(new CudaDriver(_driver.Find), 0);
            _stream = new CudaStream(_context);
            _weight = new CudaWeight(_context, [new TestMatrix(type, Outputs, Width, 1)]);
            using var uploader = new WeightUploader(_context);
            uploader.Upload(_weight, _ => { }, TestContext.Current.CancellationToken);
            _y = new CudaTensor(_context, DType.F32, Rows, Outputs);
            _x = new GemmActivations(_context, Rows, Width, _stream);
            _maps = new TensorMaps(_context);
        }

        public string Symbol => _weight.Parts[0].Format.Symbol;

        // The first kernel of the file. Null: it ends without a fault.
        public string? Run(
            string file, int threads, int sharedBytes, string found, string replacement,
            Func<CUdeviceptr, KernelArgument, CUdeviceptr, nint, nint, KernelArgument[]> arguments, bool once = false)
        {
            string text = File.ReadAllText(Repository.Path("kernels/ptx/" + file));
            if (found.Length > 0) text = Changed(text, found, replacement, once);
            using var module = new CudaModule(_context, Encoding.UTF8.GetBytes(text));
            CudaKernel kernel = module.Kernel($"gemm_{Symbol}");
            kernel.MaxDynamicSharedBytes = sharedBytes;
            WeightPlanes planes = _weight.Parts[0].Planes;
            CUtensorMap* x = _maps.Of(new(_x.Pointer, DType.F16, Rows, Width, 2 * Width, 128));
            CUtensorMap* w = _maps.Of(new(planes.Low, DType.F16, Outputs, Width, 2 * Width, 64));
            KernelArgument[] given = arguments(_y.Pointer, KernelArgument.At(&planes), _x.Pointer, (nint)x, (nint)w);
            kernel.Launch(_stream, 1, threads, sharedBytes, given);
            try
            {
                _stream.Synchronize();
                return null;
            }
            catch (CudaException)
            {
                return _driver.LastFault!.Kind.ToString();
            }
        }

        private static string Changed(string text, string found, string replacement, bool once)
        {
            int first = text.IndexOf(found, StringComparison.Ordinal);
            Assert.True(first >= 0);
            string changed = once
                ? text[..first] + replacement + text[(first + found.Length)..]
                : text.Replace(found, replacement, StringComparison.Ordinal);
            // A second predicate for replacements of waits.
            return changed.Replace(".reg .pred done;", ".reg .pred done, unused;", StringComparison.Ordinal);
        }

        public void Dispose()
        {
            _maps.Dispose();
            _x.Dispose();
            _y.Dispose();
            _weight.Dispose();
            _stream.Dispose();
            _context.Dispose();
            _driver.Dispose();
        }
    }
}

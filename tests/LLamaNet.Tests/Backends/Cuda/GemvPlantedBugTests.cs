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

// The PTX that ships with an instruction changed or taken out: the interpreter must find each.
public class GemvPlantedBugTests
{
    private const int Outputs = 20;
    private const int Width = 256;

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
        using CudaWeight weight = gpu.Load([new TestMatrix(DType.Q4_0, Outputs, Width, 1)]);
        using CudaTensor x = gpu.Tensor(1, Width, Values.Uniform(Width, 2)), y = gpu.Tensor(1, Outputs, new float[Outputs]);

        string text = File.ReadAllText(Repository.Path("kernels/ptx/gemv_q4_0.sm_80.ptx"));
        string changed = pattern.Length == 0 ? text : Regex.Replace(text, pattern, replacement);
        Assert.Equal(pattern.Length == 0, changed == text);
        using var module = new CudaModule(gpu.Context, Encoding.UTF8.GetBytes(changed));
        WeightPlanes planes = weight.Parts[0].Planes;
        module.Kernel("gemv_q4_0_rows1").Launch(
            gpu.Stream, 2, 256, (int)QuantizedActivations.RowBytes(Width),
            y.Pointer, x.Pointer, default(CUdeviceptr), 0f, KernelArgument.At(&planes), Outputs, (int)Epilogue.Store);
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
}

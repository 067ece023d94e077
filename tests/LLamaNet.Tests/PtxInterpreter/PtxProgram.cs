using System.Runtime.InteropServices;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

/// <summary>
/// A kernel around a few lines of PTX. It has the parameters <c>a</c> (input) and <c>d</c> (output), both addresses, which it
/// has in %a and %d; %t is the thread's index, %at and %dt are the thread's words of 4 bytes in them, %al and %dl its words of 8.
/// </summary>
internal sealed class PtxProgram
{
    private readonly string _text;

    private PtxProgram(string text, DeviceMemory? memory)
    {
        _text = text;
        Memory = memory ?? new();
    }

    public DeviceMemory Memory { get; }

    public static PtxProgram Of(
        string body, string declarations = "", string moduleDeclarations = "", DeviceMemory? memory = null) => new($$"""
        .version 7.4
        .target sm_80
        .address_size 64
        {{moduleDeclarations}}
        .visible .entry program(.param .u64 a, .param .u64 d)
        {
            .reg .pred %p<16>;
            .reg .b16 %h<32>;
            .reg .b32 %r<64>, %t;
            .reg .b64 %w<32>, %a, %d, %at, %dt, %al, %dl, %tw;
            {{declarations}}
            ld.param.u64 %a, [a];
            ld.param.u64 %d, [d];
            mov.u32 %t, %tid.x;
            mul.wide.u32 %tw, %t, 4;
            add.s64 %at, %a, %tw;
            add.s64 %dt, %d, %tw;
            add.s64 %al, %at, %tw;
            add.s64 %dl, %dt, %tw;
            {{body}}
            ret;
        }
        """, memory);

    /// <summary>Runs one block (or more) and returns the output.</summary>
    public T[] Run<T>(ReadOnlySpan<T> input, int outputs, Grid block, Grid? grid = null, int dynamicSharedBytes = 0)
        where T : unmanaged
    {
        var (a, d) = Buffers(input, outputs);
        Launch(a, d, block, grid ?? 1, dynamicSharedBytes);
        var result = new T[outputs];
        Memory.CopyOut(d, MemoryMarshal.AsBytes(result.AsSpan()));
        return result;
    }

    /// <summary>One value in, one value out, in one thread.</summary>
    public uint Run(params ReadOnlySpan<uint> input) => Run(input, 1, 1)[0];

    /// <summary>The same launch twice on the same machine.</summary>
    public void RunTwice<T>(ReadOnlySpan<T> input, Grid block, Grid grid)
        where T : unmanaged
    {
        var (a, d) = Buffers(input, 1);
        var executor = new KernelExecutor(Memory);
        ReadOnlySpan<ulong> parameters = [a, d];
        for (var i = 0; i < 2; i++)
            executor.Launch(PtxModule.Parse(_text).Kernels["program"], grid, block, 0, MemoryMarshal.AsBytes(parameters));
    }

    public PtxFaultException Fault(
        FaultKind kind, Grid block, int inputWords = 64, int outputWords = 64, Grid? grid = null, int dynamicSharedBytes = 0,
        ExecutionOptions? options = null)
    {
        var (a, d) = Buffers<uint>(new uint[inputWords], outputWords);
        var fault = Assert.Throws<PtxFaultException>(() => Launch(a, d, block, grid ?? 1, dynamicSharedBytes, options));
        Assert.Equal(kind, fault.Kind);
        return fault;
    }

    private (ulong Input, ulong Output) Buffers<T>(ReadOnlySpan<T> input, int outputs)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(input);
        var a = Memory.Allocate(Math.Max(1, bytes.Length));
        Memory.CopyIn(a, bytes);
        return (a, Memory.Allocate(outputs * Marshal.SizeOf<T>()));
    }

    private void Launch(ulong a, ulong d, Grid block, Grid grid, int dynamicSharedBytes, ExecutionOptions? options = null)
    {
        var kernel = PtxModule.Parse(_text).Kernels["program"];
        ReadOnlySpan<ulong> parameters = [a, d];
        new KernelExecutor(Memory, options).Launch(kernel, grid, block, dynamicSharedBytes, MemoryMarshal.AsBytes(parameters));
    }
}

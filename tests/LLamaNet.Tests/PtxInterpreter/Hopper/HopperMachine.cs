using System.Runtime.InteropServices;
using LLamaNet.PtxInterpreter;
using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

// Runs one block of a kernel of sm_90a that is given as the text of its body. Parameters: out, an address; from, an address;
// map, 128 bytes. Shared memory: `area`, 16 KB at a multiple of 1024, and `barriers`, eight mbarriers behind it.
internal sealed class HopperMachine
{
    private const int OutBytes = 1 << 16;

    private readonly DeviceMemory _memory = new();

    public ulong Copy<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        ulong address = _memory.Allocate(bytes.Length);
        _memory.CopyIn(address, bytes);
        return address;
    }

    public T[] Run<T>(string body, int threads, int count, ulong from = 0, TensorMap? map = null)
        where T : unmanaged
    {
        ulong result = _memory.Allocate(OutBytes);
        var parameters = new byte[192];
        BitConverter.TryWriteBytes(parameters, result);
        BitConverter.TryWriteBytes(parameters.AsSpan(8), from);
        map?.Write(parameters.AsSpan(64));
        PtxModule module = PtxModule.Parse(Text(body));
        new KernelExecutor(_memory).Launch(module.Kernels["kernel"], 1, threads, 0, parameters);
        var values = new T[count];
        _memory.CopyOut(result, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public static PtxFaultException Fault(
        string body, int threads = 32, ulong from = 0, TensorMap? map = null, HopperMachine? machine = null) =>
        Assert.Throws<PtxFaultException>(() => (machine ?? new HopperMachine()).Run<int>(body, threads, 1, from, map));

    private static string Text(string body) =>
        $$"""
        .version 8.0
        .target sm_90a
        .address_size 64
        .visible .entry kernel(.param .u64 out, .param .u64 from, .param .align 64 .b8 map[128])
        {
            .reg .pred %p<8>;
            .reg .b32 %r<64>;
            .reg .b64 %rd<16>;
            .reg .f32 %f<256>;
            .shared .align 1024 .b8 area[16384];
            .shared .align 8 .b8 barriers[64];
            mov.u32 %r0, %tid.x;
            mov.u32 %r1, area;
            mov.u32 %r2, barriers;
            ld.param.u64 %rd0, [out];
            ld.param.u64 %rd1, [from];
            mov.b64 %rd2, map;
            cvta.param.u64 %rd2, %rd2;
            setp.eq.u32 %p0, %r0, 0;
            {{body}}
            ret;
        }
        """;
}

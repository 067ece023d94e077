using System.Runtime.InteropServices;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Loads, stores, address spaces and variables.
public sealed class MemoryInstructionTests
{
    [Theory]
    [InlineData("ld.global.u8 %r0, [%a+1]", 0x000000F1)]
    [InlineData("ld.global.s8 %r0, [%a+1]", 0xFFFFFFF1)]
    [InlineData("ld.global.b8 %r0, [%a+1]", 0x000000F1)]
    [InlineData("ld.global.u16 %r0, [%a+2]", 0x0000F3F2)]
    [InlineData("ld.global.s16 %r0, [%a+2]", 0xFFFFF3F2)]
    [InlineData("ld.global.s8 %h0, [%a+1]; cvt.u32.u16 %r0, %h0", 0x0000FFF1)]
    [InlineData("ld.global.u8 %h0, [%a+1]; cvt.u32.u16 %r0, %h0", 0x000000F1)]
    [InlineData("ld.global.b16 %h0, [%a+2]; cvt.u32.u16 %r0, %h0", 0x0000F3F2)]
    [InlineData("ld.global.s32 %w1, [%a]; shr.u64 %w1, %w1, 32; cvt.u32.u64 %r0, %w1", 0xFFFFFFFF)]
    [InlineData("ld.global.nc.L1::no_allocate.L2::128B.u32 %r0, [%a+4]", 0xF7F6F5F4)]
    [InlineData("ld.volatile.global.u32 %r0, [%a+4]", 0xF7F6F5F4)]
    [InlineData("ld.acquire.gpu.global.u32 %r0, [%a+4]", 0xF7F6F5F4)]
    [InlineData("add.s64 %w1, %a, 8; ld.u32 %r0, [%w1+-4]", 0xF7F6F5F4)]
    [InlineData("add.s64 %w1, %a, 8; ld.u32 %r0, [%w1-4]", 0xF7F6F5F4)]
    [InlineData("ld.global.v2.u32 {%r1, %r0}, [%a]", 0xF7F6F5F4)]
    [InlineData("ld.global.v4.u32 {_, _, _, %r0}, [%a]", 0xFFFEFDFC)]
    [InlineData("ld.global.v4.u8 {%r1, %r2, %r3, %r0}, [%a]", 0xF3)]
    [InlineData("ld.global.v2.b16 {%h1, %h0}, [%a]; cvt.u32.u16 %r0, %h0", 0xF3F2)]
    [InlineData("ld.global.v2.b64 {%w1, %w2}, [%a]; cvt.u32.u64 %r0, %w2", 0xFBFAF9F8)]
    public void Loads_extend_to_their_register(string instruction, uint expected)
    {
        var bytes = Enumerable.Range(0xF0, 16).Select(value => (byte)value).ToArray();
        Assert.Equal(expected, Instruction.Run(instruction, MemoryMarshal.Cast<byte, uint>(bytes).ToArray()));
    }

    [Fact]
    public void Stores_write_their_width_and_no_more()
    {
        var bytes = PtxProgram.Of("""
            mov.u32 %r1, 0xAABBCCDD; cvt.u16.u32 %h1, %r1; mov.u64 %w1, 0x1122334455667788;
            st.global.v4.u32 [%d], {0, 0, 0, 0}; st.global.v4.u32 [%d+16], {0, 0, 0, 0};
            st.global.u8 [%d+1], %r1; st.global.u16 [%d+2], %r1; st.global.b8 [%d+4], %h1; st.global.v2.b16 [%d+8], {%h1, %h1};
            st.global.u32 [%d+12], %w1; st.global.v2.u32 [%d+16], {%r1, 7}; st.global.b64 [%d+24], %w1;
            """).Run<byte>([0], 32, 1);
        Assert.Equal("00DDDDCC" + "DD000000" + "DDCCDDCC" + "88776655" + "DDCCBBAA" + "07000000" + "8877665544332211",
            Convert.ToHexString(bytes));
    }

    [Fact]
    public void Every_space_is_reached_by_generic_addresses()
    {
        const string Declarations = ".shared .align 8 .b8 s[16]; .local .align 8 .b8 l[16];";
        var result = PtxProgram.Of("""
            mov.u64 %w1, s; cvta.shared.u64 %w2, %w1; st.u32 [%w2+4], 11; ld.shared.u32 %r1, [s+4];
            mov.u64 %w3, l; cvta.local.u64 %w4, %w3; st.u32 [%w4+8], 22; ld.local.u32 %r2, [%w3+8];
            cvta.global.u64 %w5, %d; st.u32 [%w5], 33; cvta.to.global.u64 %w6, %w5; ld.global.u32 %r3, [%w6];
            cvta.to.shared.u64 %w7, %w2; st.shared.u32 [%w7+8], 44; ld.u32 %r4, [%w2+8];
            mov.b64 %w8, a; cvta.param.u64 %w9, %w8; ld.u64 %w10, [%w9]; sub.s64 %w10, %w10, %a; cvt.u32.u64 %r5, %w10;
            st.global.v4.u32 [%d], {%r1, %r2, %r3, %r4}; st.global.u32 [%d+16], %r5;
            """, Declarations).Run<uint>([0], 5, 1);
        Assert.Equal([11, 22, 33, 44, 0u], result);
    }

    [Fact]
    public void Local_memory_belongs_to_the_thread()
    {
        var program = PtxProgram.Of("""
            st.local.u32 [l], %t; st.local.u32 [l+4], %r1; bar.warp.sync -1; ld.local.u32 %r2, [l]; st.global.u32 [%dt], %r2;
            """, ".local .align 4 .b8 l[8]; mov.u32 %r1, 5;");
        Assert.Equal(Enumerable.Range(0, 70).Select(i => (uint)i), program.Run<uint>([0], 70, 70));
    }

    [Fact]
    public void Variables_of_the_module_start_with_their_values()
    {
        const string Variables = """
            .visible .global .align 4 .u32 counter = 41;
            .global .align 4 .f32 table[4] = {0f3F800000, 0f40000000, 0f40400000};
            .const .align 2 .b8 bytes[4] = {1, 2, 0xFF, 4};
            .global .align 8 .b8 zeros[8];
            """;
        var program = PtxProgram.Of("""
            ld.global.u32 %r1, [counter]; add.u32 %r1, %r1, 1; st.global.u32 [counter], %r1; ld.global.u32 %r2, [counter];
            mov.u64 %w1, table; cvta.global.u64 %w2, %w1; ld.global.u32 %r3, [%w1+8]; ld.u32 %r4, [%w2+12];
            ld.const.s8 %r5, [bytes+2]; mov.u64 %w3, bytes; ld.const.u8 %r6, [%w3+3]; ld.global.u64 %w4, [zeros];
            cvt.u32.u64 %r7, %w4;
            st.global.v4.u32 [%d], {%r2, %r3, %r4, %r5}; st.global.v2.u32 [%d+16], {%r6, %r7};
            """, moduleDeclarations: Variables);
        // A second machine has its own.
        for (var i = 0; i < 2; i++) Assert.Equal([42, 0x40400000, 0, 0xFFFFFFFF, 4, 0], program.Run<uint>([0], 6, 1));
        var fault = PtxProgram.Of("mov.u64 %w1, bytes; st.global.u8 [%w1], 1;", moduleDeclarations: Variables)
            .Fault(FaultKind.OutOfBounds, 1);
        Assert.Contains("constant memory", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_may_hold_the_addresses_of_others()
    {
        var program = PtxProgram.Of("""
            ld.global.u64 %w1, [pointers+8]; ld.global.u32 %r1, [%w1]; ld.const.u64 %w2, [more]; ld.u32 %r2, [%w2];
            st.global.v2.u32 [%d], {%r1, %r2};
            """, moduleDeclarations: """
            .global .align 4 .u32 numbers[3] = {10, 11, 12};
            .global .align 8 .u64 pointers[2] = {generic(numbers), generic(numbers)+8};
            .const .align 8 .u64 more[1] = {numbers};
            """);
        Assert.Equal([12u, 10], program.Run<uint>([0], 2, 1));
    }

    [Fact]
    public void Spaces_of_generic_addresses_are_told_apart()
    {
        var result = PtxProgram.Of("""
            mov.u64 %w1, s; cvta.shared.u64 %w1, %w1; isspacep.shared %p1, %w1; isspacep.global %p2, %w1;
            isspacep.global %p3, %d; isspacep.local %p4, %d;
            selp.u32 %r1, 1, 0, %p1; selp.u32 %r2, 1, 0, %p2; selp.u32 %r3, 1, 0, %p3; selp.u32 %r4, 1, 0, %p4;
            st.global.v4.u32 [%d], {%r1, %r2, %r3, %r4};
            """, ".shared .align 4 .b8 s[4];").Run<uint>([0], 4, 1);
        Assert.Equal([1u, 0, 1, 0], result);
    }

    [Fact]
    public void Dynamic_shared_memory_follows_the_static_part_at_its_alignment()
    {
        const string Module =
            ".extern .shared .align 1024 .b8 dynamic[]; .shared .align 4 .b8 fixed[12]; .shared .align 4 .b8 unused[4096];";
        var program = PtxProgram.Of("""
            mov.u32 %r1, fixed; mov.u32 %r2, dynamic; mov.u32 %r3, %dynamic_smem_size; mov.u32 %r4, %total_smem_size;
            st.shared.u32 [dynamic+60], 5; ld.shared.u32 %r5, [%r2+60];
            st.global.v4.u32 [%d], {%r1, %r2, %r3, %r4}; st.global.u32 [%d+16], %r5;
            """, moduleDeclarations: Module);
        Assert.Equal([0u, 1024, 64, 1088, 5], program.Run<uint>([0], 5, 1, dynamicSharedBytes: 64));
        PtxProgram.Of("st.shared.u32 [dynamic+64], 5;", moduleDeclarations: Module)
            .Fault(FaultKind.OutOfBounds, 1, dynamicSharedBytes: 64);
    }

    [Fact]
    public void Parameters_are_laid_out_by_their_alignment()
    {
        const string Text = """
            .version 7.4
            .target sm_80
            .address_size 64
            .entry parameters(
                .param .u64 .ptr .global .align 16 d, .param .u8 small, .param .align 8 .b8 structure[12], .param .f32 last)
            .reqntid 1, 1, 1
            {
                .reg .b32 %r<8>;
                .reg .b64 %w<4>;
                ld.param.u64 %w1, [d];
                ld.param.u8 %r1, [small];
                ld.param.u32 %r2, [structure+8];
                ld.param.v2.u32 {%r3, %r4}, [structure];
                ld.param.f32 %r5, [last];
                mov.b64 %w2, structure;
                ld.param.u32 %r6, [%w2+4];
                st.global.v4.u32 [%w1], {%r1, %r2, %r3, %r4};
                st.global.v2.u32 [%w1+16], {%r5, %r6};
            }
            """;
        var kernel = PtxModule.Parse(Text).Kernels["parameters"];
        Assert.Equal([("d", 0, 8), ("small", 8, 1), ("structure", 16, 12), ("last", 28, 4)],
            kernel.Parameters.Select(parameter => (parameter.Name, parameter.Offset, parameter.Bytes)));
        Assert.Equal(32, kernel.ParameterBytes);
        var memory = new DeviceMemory();
        var d = memory.Allocate(24);
        var block = new byte[32];
        BitConverter.TryWriteBytes(block, d);
        block[8] = 200;
        MemoryMarshal.Cast<byte, uint>(block.AsSpan(16))[0] = 1;
        MemoryMarshal.Cast<byte, uint>(block.AsSpan(16))[1] = 2;
        MemoryMarshal.Cast<byte, uint>(block.AsSpan(16))[2] = 3;
        MemoryMarshal.Cast<byte, uint>(block.AsSpan(16))[3] = 4;
        var executor = new KernelExecutor(memory);
        executor.Launch(kernel, 1, 1, 0, block);
        var result = new uint[6];
        memory.CopyOut(d, MemoryMarshal.AsBytes(result.AsSpan()));
        Assert.Equal([200u, 3, 1, 2, 4, 2], result);
        Assert.Equal((1L, 1L, 10L), (executor.Launches, executor.Blocks, executor.WarpInstructions));
        Assert.Equal(FaultKind.InvalidLaunch, Assert.Throws<PtxFaultException>(() =>
            executor.Launch(kernel, 1, 2, 0, block)).Kind);
        Assert.Equal(FaultKind.InvalidLaunch, Assert.Throws<PtxFaultException>(() =>
            executor.Launch(kernel, 1, 1, 0, block.AsSpan(1))).Kind);
    }
}

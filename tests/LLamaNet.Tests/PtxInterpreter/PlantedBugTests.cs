using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Each kind of mistake is planted and must be found, with the thread and the instruction that make it.
public sealed class PlantedBugTests
{
    [Fact]
    public void A_read_past_the_end()
    {
        var fault = PtxProgram.Of("ld.global.b32 %r1, [%at]; st.global.b32 [%dt], %r1;")
            .Fault(FaultKind.OutOfBounds, 33, inputWords: 32);
        Assert.Equal(32, fault.Thread);
        Assert.Equal("program", fault.Kernel);
        Assert.Contains("ld.global.b32 %r1, [%at]", fault.Instruction, StringComparison.Ordinal);
        Assert.Contains("4 bytes past the end of the 128-byte allocation", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_past_the_end()
    {
        var fault = PtxProgram.Of("st.global.v4.b32 [%d+112], {%t, %t, %t, %t};")
            .Fault(FaultKind.OutOfBounds, 1, outputWords: 31);
        Assert.Contains("write of 16 bytes", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_was_freed()
    {
        var program = PtxProgram.Of("ld.global.b64 %w1, [%a]; ld.global.b32 %r1, [%w1]; st.global.b32 [%d], %r1;");
        var freed = program.Memory.Allocate(64);
        program.Memory.Free(freed);
        var fault = Assert.Throws<PtxFaultException>(() => program.Run<ulong>([freed], 1, 1));
        Assert.Equal(FaultKind.OutOfBounds, fault.Kind);
        Assert.Contains("freed", fault.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ld.global.b32 %r1, [%a+2];")]
    [InlineData("ld.global.v2.b32 {%r1, %r2}, [%a+4];")]
    [InlineData("ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%a+8];")]
    [InlineData("st.global.b64 [%d+4], %a;")]
    public void An_address_that_is_not_aligned(string body) => PtxProgram.Of(body).Fault(FaultKind.Misaligned, 1);

    [Fact]
    public void A_read_of_global_memory_that_nobody_wrote()
    {
        var fault = PtxProgram.Of("st.global.b16 [%d], %h1; ld.global.b32 %r1, [%d];", "mov.b16 %h1, 1;")
            .Fault(FaultKind.Uninitialised, 1);
        Assert.Contains("ld.global.b32 %r1", fault.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_of_shared_memory_that_nobody_wrote() =>
        PtxProgram.Of("ld.shared.b32 %r1, [s+4];", ".shared .align 4 .b8 s[8]; st.shared.b32 [s], 1;")
            .Fault(FaultKind.Uninitialised, 1);

    [Fact]
    public void A_read_of_local_memory_that_nobody_wrote() =>
        PtxProgram.Of("ld.local.b32 %r1, [l];", ".local .align 4 .b8 l[8];").Fault(FaultKind.Uninitialised, 1);

    [Fact]
    public void Shared_memory_past_its_end() =>
        PtxProgram.Of("st.shared.b32 [s+8], 1;", ".shared .align 4 .b8 s[8];").Fault(FaultKind.OutOfBounds, 1);

    [Fact]
    public void Local_memory_past_its_end() =>
        PtxProgram.Of("st.local.b32 [l+8], 1;", ".local .align 4 .b8 l[8];").Fault(FaultKind.OutOfBounds, 1);

    [Fact]
    public void A_barrier_that_is_missing_between_write_and_read()
    {
        var fault = PtxProgram.Of("st.shared.b32 [%r1], %t; setp.ge.u32 %p1, %t, 32; @%p1 ld.shared.b32 %r3, [%r1+-128];",
            SharedWords)
            .Fault(FaultKind.Race, 64);
        Assert.Contains("written by thread", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_barrier_that_is_missing_between_read_and_write()
    {
        var fault = PtxProgram.Of(
            "st.shared.b32 [%r1], %t; bar.sync 0; setp.lt.u32 %p1, %t, 32; @%p1 ld.shared.b32 %r3, [%r1+128]; "
                + "@!%p1 st.shared.b32 [%r1], 0;",
            SharedWords).Fault(FaultKind.Race, 64);
        Assert.Contains("read by thread", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_threads_that_write_different_values() =>
        PtxProgram.Of("st.shared.b32 [s], %t;", SharedWords).Fault(FaultKind.Race, 2);

    [Fact]
    public void Lanes_of_a_warp_that_do_not_synchronise() =>
        PtxProgram.Of("st.shared.b32 [%r1], %t; xor.b32 %r2, %r1, 4; ld.shared.b32 %r3, [%r2];", SharedWords)
            .Fault(FaultKind.Race, 32);

    [Fact]
    public void Barriers_in_all_their_forms_make_accesses_safe()
    {
        const string Exchange =
            "st.shared.b32 [%r1], %t; {0} xor.b32 %r2, %r1, {1}; ld.shared.b32 %r3, [%r2]; st.global.b32 [%dt], %r3;";
        foreach (var (barrier, distance) in new[]
        {
            ("bar.sync 0;", 128), ("barrier.sync.aligned 3, 64;", 128), ("bar.warp.sync -1;", 4), ("bar.sync 15, 64;", 132),
        })
        {
            var program = PtxProgram.Of(string.Format(null, Exchange, barrier, distance), SharedWords);
            Assert.Equal(Enumerable.Range(0, 64).Select(i => (uint)(i ^ distance / 4)), program.Run<uint>([0], 64, 64));
        }
    }

    [Fact]
    public void A_copy_that_is_read_before_it_is_waited_for()
    {
        const string Copy = "cp.async.cg.shared.global [s], [%a], 16; cp.async.commit_group;";
        PtxProgram.Of(Copy + "ld.shared.b32 %r2, [s];", SharedWords).Fault(FaultKind.MissingWait, 1);
        PtxProgram.Of(Copy + "cp.async.wait_group 1; ld.shared.b32 %r2, [s];", SharedWords).Fault(FaultKind.MissingWait, 1);
        PtxProgram.Of(Copy + "st.shared.b32 [s+12], %t;", SharedWords).Fault(FaultKind.MissingWait, 1);
        Assert.Equal([7u], PtxProgram.Of(Copy + "cp.async.wait_group 0; ld.shared.b32 %r2, [s+4]; st.global.b32 [%d], %r2;",
            SharedWords)
            .Run<uint>([5, 7, 9, 11], 1, 1));
    }

    [Fact]
    public void A_copy_that_another_thread_reads_without_barrier()
    {
        const string Copy = "setp.eq.u32 %p1, %t, 0; @%p1 cp.async.cg.shared.global [s], [%a], 16; cp.async.wait_all;";
        PtxProgram.Of(Copy + "ld.shared.b32 %r2, [s];", SharedWords).Fault(FaultKind.Race, 33);
        PtxProgram.Of(Copy + "bar.sync 0; ld.shared.b32 %r2, [s];", SharedWords).Run<uint>(new uint[4], 1, 33);
    }

    [Fact]
    public void A_shuffle_that_part_of_the_warp_executes()
    {
        var fault = PtxProgram.Of("setp.lt.u32 %p1, %t, 16; @%p1 shfl.sync.bfly.b32 %r1, %t, 1, 31, -1;")
            .Fault(FaultKind.DivergentCollective, 32);
        Assert.Contains("0x0000ffff", fault.What, StringComparison.Ordinal);
        Assert.Contains("shfl.sync.bfly", fault.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shuffle_whose_mask_does_not_name_the_lane() =>
        PtxProgram.Of("shfl.sync.idx.b32 %r1, %t, 0, 31, 0xFFFF;").Fault(FaultKind.DivergentCollective, 32);

    [Fact]
    public void A_barrier_that_part_of_a_warp_reaches() =>
        PtxProgram.Of("setp.lt.u32 %p1, %t, 16; @%p1 bar.sync 0; bar.sync 1;").Fault(FaultKind.DivergentCollective, 32);

    [Fact]
    public void A_barrier_that_part_of_the_block_reaches()
    {
        var fault = PtxProgram.Of("setp.lt.u32 %p1, %t, 32; @%p1 bar.sync 1; bar.sync 0;").Fault(FaultKind.Deadlock, 64);
        Assert.Contains("never opens: 32 threads have arrived, 64 are expected", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_product_in_a_warp_that_is_not_whole() =>
        PtxProgram.Of("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [s];", SharedWords)
            .Fault(FaultKind.DivergentCollective, 31);

    [Fact]
    public void Two_blocks_that_write_different_values()
    {
        var fault = PtxProgram.Of("mov.u32 %r1, %ctaid.x; st.global.u32 [%d+4], %r1;").Fault(FaultKind.Race, 1, grid: 2);
        Assert.Contains("written differently by block 0", fault.What, StringComparison.Ordinal);
        Assert.Equal(new Grid(1, 0, 0), fault.Block);
        // The same value, other bytes of a word, and atomic additions are all right.
        Assert.Equal([5u], PtxProgram.Of("st.global.u32 [%d], 5;").Run<uint>([0], 1, 1, 2));
        Assert.Equal([0x00010000u], PtxProgram.Of(
            "mov.u32 %r1, %ctaid.x; cvt.u16.u32 %h1, %r1; mul.wide.u32 %w1, %r1, 2; add.s64 %w1, %d, %w1; "
                + "st.global.u16 [%w1], %h1;")
            .Run<uint>([0], 1, 1, 2));
    }

    [Fact]
    public void A_block_that_reads_what_another_wrote()
    {
        const string Own = "mov.u32 %r1, %ctaid.x; mul.wide.u32 %w1, %r1, 4; add.s64 %w1, %d, %w1; st.global.u32 [%w1], %r1;";
        var fault = PtxProgram.Of(Own + "setp.eq.u32 %p1, %r1, 1; @%p1 ld.global.u32 %r2, [%d];")
            .Fault(FaultKind.Race, 1, grid: 2);
        Assert.Contains("written by block 0", fault.What, StringComparison.Ordinal);
        // The last block, known by an atomic counter, may read what all have written.
        var program = PtxProgram.Of(Own + """
            membar.gl; atom.global.add.u32 %r3, [%a], 1; setp.eq.u32 %p1, %r3, 1; @!%p1 ret;
            ld.global.u32 %r4, [%d]; ld.global.u32 %r5, [%d+4]; add.u32 %r6, %r4, %r5; st.global.u32 [%d+8], %r6;
            """);
        Assert.Equal([0u, 1, 1], program.Run<uint>([0], 3, 1, 2));
    }

    [Fact]
    public void A_thread_that_reads_what_another_of_its_block_wrote_to_global_memory()
    {
        const string Write = "st.global.u32 [%dt], %t; {0} setp.ge.u32 %p1, %t, {1}; @%p1 ld.global.u32 %r1, [%d];";
        var fault = PtxProgram.Of(string.Format(null, Write, "", 32)).Fault(FaultKind.Race, 33);
        Assert.Contains("written by thread 0", fault.What, StringComparison.Ordinal);
        PtxProgram.Of(string.Format(null, Write, "", 1)).Fault(FaultKind.Race, 2);
        PtxProgram.Of(string.Format(null, Write, "bar.warp.sync -1;", 32)).Fault(FaultKind.Race, 33);
        PtxProgram.Of(string.Format(null, Write, "bar.warp.sync -1;", 1)).Run<uint>([0], 2, 2);
        PtxProgram.Of(string.Format(null, Write, "bar.sync 0;", 32)).Run<uint>([0], 33, 33);
        PtxProgram.Of("st.global.u32 [%d], %t;").Fault(FaultKind.Race, 2);
    }

    [Fact]
    public void A_block_that_overwrites_what_another_read_is_found_by_the_second_launch()
    {
        var program = PtxProgram.Of("""
            mov.u32 %r1, %ctaid.x; setp.eq.u32 %p1, %r1, 0; @%p1 ld.global.u32 %r2, [%a]; @!%p1 st.global.u32 [%a], 7;
            """);
        var fault = Assert.Throws<PtxFaultException>(() => program.RunTwice(new uint[1], 1, 2));
        Assert.Equal(FaultKind.Race, fault.Kind);
        Assert.Equal(new Grid(0, 0, 0), fault.Block);
    }

    [Fact]
    public void What_an_earlier_launch_wrote_is_no_race()
    {
        var program = PtxProgram.Of(
            "ld.global.u64 %w1, [%a]; ld.global.u32 %r1, [%w1]; add.u32 %r1, %r1, 1; st.global.u32 [%dt], %r1;");
        var shared = program.Memory.Allocate(4);
        var writer = PtxProgram.Of("ld.global.u64 %w1, [%a]; st.global.u32 [%w1], 41;", memory: program.Memory);
        for (var i = 0; i < 2; i++)
        {
            writer.Run<ulong>([shared], 1, 1);
            Assert.Equal([42ul | 42ul << 32], program.Run<ulong>([shared], 1, 2));
        }
    }

    [Fact]
    public void A_register_that_was_never_written()
    {
        var fault = PtxProgram.Of("add.u32 %r1, %r2, 1;").Fault(FaultKind.Uninitialised, 1);
        Assert.Contains("register", fault.What, StringComparison.Ordinal);
        var partly = PtxProgram.Of("setp.lt.u32 %p1, %t, 3; @%p1 mov.u32 %r2, 5; add.u32 %r1, %r2, 1;")
            .Fault(FaultKind.Uninitialised, 4);
        Assert.Equal(3, partly.Thread);
        PtxProgram.Of("@%p1 bra L; L: ret;").Fault(FaultKind.Uninitialised, 1);
        // A loop that always runs, guards that complete each other, and copies of nothing are all right.
        PtxProgram.Of("""
            setp.lt.u32 %p1, %t, 3; @%p1 mov.u32 %r2, 5; @!%p1 mov.u32 %r2, 6; add.u32 %r1, %r2, 1; mov.u32 %r5, %r4;
            L: mov.u32 %r6, %r1; sub.u32 %r1, %r1, 1; setp.gt.u32 %p2, %r1, 2; @%p2 bra L; add.u32 %r7, %r6, 1;
            """).Run<uint>([0], 1, 4);
    }

    [Fact]
    public void A_loop_that_never_ends() =>
        PtxProgram.Of("L: bra L;").Fault(FaultKind.Endless, 1, options: new() { MaximumBlockInstructions = 100_000 });

    [Fact]
    public void A_trap_is_a_fault() => PtxProgram.Of("trap;").Fault(FaultKind.Trap, 1);

    [Fact]
    public void A_launch_beyond_the_limits()
    {
        PtxProgram.Of("").Fault(FaultKind.InvalidLaunch, 1025);
        PtxProgram.Of("").Fault(FaultKind.InvalidLaunch, 1, grid: new(1, 65536));
        PtxProgram.Of("").Fault(FaultKind.InvalidLaunch, 1, dynamicSharedBytes: 49153);
    }

    [Theory]
    [InlineData("frobnicate.u32 %r1, %r2;")]
    [InlineData("add.f8 %r1, %r2, %r3;")]
    [InlineData("add.u32 %r1, %r2;")]
    [InlineData("add.u32 %r1, %r2, %w3;")]
    [InlineData("add.u32 %r1, %r2, %r64;")]
    [InlineData("bra NOWHERE;")]
    [InlineData("ld.global.b32 %r1, %a;")]
    [InlineData(
        "mma.sync.aligned.m16n8k16.row.row.f32.f16.f16.f32 {%r1,%r2,%r3,%r4}, {%r1,%r2,%r3,%r4}, {%r1,%r2}, {%r1,%r2,%r3,%r4};")]
    public void An_instruction_that_does_not_exist_is_refused_when_parsed(string instruction)
    {
        var error = Assert.Throws<PtxParseException>(() => PtxProgram.Of("\n" + instruction).Run(0u));
        Assert.Equal(instruction.TrimEnd(';'), error.Text);
        Assert.True(error.Line > 10);
    }

    // Thread t has its word of shared memory at %r1.
    private const string SharedWords =
        ".shared .align 16 .b8 s[256]; mov.u32 %r9, %tid.x; shl.b32 %r1, %r9, 2; mov.u32 %r10, s; add.u32 %r1, %r1, %r10;";
}

using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// atom returns what was there, red returns nothing.
public sealed class AtomicInstructionTests
{
    [Theory]
    [InlineData("add.u32", 7, 3, 10)]
    [InlineData("min.s32", 7, 0xFFFFFFFF, 0xFFFFFFFF)]
    [InlineData("max.s32", 7, 0xFFFFFFFF, 7)]
    [InlineData("min.u32", 7, 0xFFFFFFFF, 7)]
    [InlineData("max.u32", 7, 0xFFFFFFFF, 0xFFFFFFFF)]
    [InlineData("and.b32", 7, 12, 4)]
    [InlineData("or.b32", 7, 12, 15)]
    [InlineData("xor.b32", 7, 12, 11)]
    [InlineData("exch.b32", 7, 12, 12)]
    [InlineData("inc.u32", 7, 7, 0)]
    [InlineData("inc.u32", 7, 8, 8)]
    [InlineData("dec.u32", 0, 9, 9)]
    [InlineData("dec.u32", 7, 9, 6)]
    [InlineData("dec.u32", 7, 5, 5)]
    [InlineData("add.f32", 0x3F800000, 0x40000000, 0x40400000)]
    public void An_atomic_returns_the_old_value_and_stores_the_new_one(string operation, uint before, uint operand, uint after)
    {
        var result = PtxProgram.Of($$"""
            ld.global.u32 %r1, [%a+4]; atom.global.{{operation}} %r2, [%a], %r1; ld.global.u32 %r3, [%a];
            st.global.v2.u32 [%d], {%r2, %r3};
            """).Run([before, operand], 2, 1);
        Assert.Equal([before, after], result);
        result = PtxProgram.Of($"""
            ld.global.u32 %r1, [%a+4]; ld.global.u32 %r2, [%a]; mov.u32 %r20, s; st.shared.u32 [%r20], %r2;
            red.shared.{operation} [%r20], %r1; ld.shared.u32 %r3, [%r20]; st.global.u32 [%d], %r3;
            """, ".shared .align 4 .b8 s[4];").Run([before, operand], 1, 1);
        Assert.Equal([after], result);
    }

    [Fact]
    public void Compare_and_swap()
    {
        const string Body = "ld.global.v2.u32 {%r1, %r2}, [%a+8]; atom.global.cas.b32 %r3, [%a], %r1, %r2; "
            + "ld.global.u32 %r4, [%a]; st.global.v2.u32 [%d], {%r3, %r4};";
        Assert.Equal([5u, 9], PtxProgram.Of(Body).Run<uint>([5, 0, 5, 9], 2, 1));
        Assert.Equal([5u, 5], PtxProgram.Of(Body).Run<uint>([5, 0, 6, 9], 2, 1));
    }

    [Fact]
    public void All_threads_of_all_blocks_add_up()
    {
        var program = PtxProgram.Of("""
            atom.global.add.u32 %r1, [%a], 1; mul.wide.u32 %w1, %r1, 4; add.s64 %w1, %d, %w1; st.global.u32 [%w1], %r1;
            red.relaxed.gpu.global.add.u64 [%a+8], 1; atom.acq_rel.gpu.add.u32 %r2, [%a+4], 2;
            """);
        Assert.Equal(Enumerable.Range(0, 150).Select(i => (uint)i), program.Run<uint>([0, 0, 0, 0], 150, 50, 3));
    }

    [Fact]
    public void Atomic_and_plain_accesses_of_different_threads_need_a_barrier()
    {
        const string Shared = ".shared .align 4 .b8 s[4];";
        const string Begin = "mov.u32 %r20, s; setp.eq.u32 %p1, %t, 0; @%p1 st.shared.u32 [%r20], 0; bar.sync 0; "
            + "atom.shared.add.u32 %r1, [%r20], 1;";
        PtxProgram.Of(Begin + "@%p1 ld.shared.u32 %r2, [%r20];", Shared).Fault(FaultKind.Race, 64);
        Assert.Equal([64u], PtxProgram.Of(Begin + "bar.sync 0; ld.shared.u32 %r2, [%r20]; st.global.u32 [%d], %r2;", Shared)
            .Run<uint>([0], 1, 64));
    }

    [Fact]
    public void An_atomic_operation_reads() => PtxProgram.Of("red.global.add.u32 [%d], 1;").Fault(FaultKind.Uninitialised, 1);
}

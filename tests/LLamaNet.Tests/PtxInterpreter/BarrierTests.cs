using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// The named barriers of a block.
public sealed class BarrierTests
{
    [Fact]
    public void Producers_arrive_and_consumers_wait()
    {
        // Warp 0 fills a buffer twice; warps 1 and 2 read it. Barrier 1: full; barrier 2: empty.
        var program = PtxProgram.Of("""
            mov.u32 %r20, s; shl.b32 %r1, %t, 2; and.b32 %r1, %r1, 127; add.u32 %r1, %r1, %r20; setp.lt.u32 %p1, %t, 32;
            @%p1 bra PRODUCER;
            bar.sync 1, 96; ld.shared.u32 %r2, [%r1]; bar.arrive 2, 96; bar.sync 1, 96; ld.shared.u32 %r3, [%r1];
            add.u32 %r2, %r2, %r3;
            st.global.u32 [%dt], %r2; ret;
            PRODUCER: st.shared.u32 [%r1], %t; bar.arrive 1, 96; bar.sync 2, 96; add.u32 %r4, %t, 100; st.shared.u32 [%r1], %r4;
            bar.arrive 1, 96;
            st.global.u32 [%dt], 0;
            """, Shared);
        Assert.Equal(Enumerable.Range(0, 96).Select(i => i < 32 ? 0u : (uint)(i % 32 * 2 + 100)), program.Run<uint>([0], 96, 96));
    }

    [Fact]
    public void A_consumer_that_does_not_say_it_is_done_is_found() => PtxProgram.Of("""
        mov.u32 %r20, s; shl.b32 %r1, %t, 2; and.b32 %r1, %r1, 127; add.u32 %r1, %r1, %r20; setp.lt.u32 %p1, %t, 32;
        @%p1 bra PRODUCER;
        bar.sync 1, 64; ld.shared.u32 %r2, [%r1]; ret;
        PRODUCER: st.shared.u32 [%r1], %t; bar.sync 1, 64; st.shared.u32 [%r1], 5;
        """, Shared).Fault(FaultKind.Race, 64);

    [Fact]
    public void Other_warps_are_not_ordered_by_a_barrier_they_do_not_take_part_in() => PtxProgram.Of("""
        mov.u32 %r20, s; setp.lt.u32 %p1, %t, 64; setp.eq.u32 %p2, %t, 0; @%p2 st.shared.u32 [%r20], 1;
        @%p1 bar.sync 1, 64; @!%p1 ld.shared.u32 %r2, [%r20];
        """, Shared).Fault(FaultKind.Race, 96);

    [Fact]
    public void Order_is_handed_on()
    {
        // 0 -> 1 by barrier 1, 1 -> 2 by barrier 2: so 2 knows what 0 did.
        var program = PtxProgram.Of("""
            mov.u32 %r20, s; shr.u32 %r1, %t, 5; setp.eq.u32 %p1, %r1, 1; setp.eq.u32 %p2, %r1, 2; setp.eq.u32 %p3, %t, 0;
            @%p1 bra ONE; @%p2 bra TWO; @%p3 st.shared.u32 [%r20], 77; bar.sync 1, 64; ret;
            ONE: bar.sync 1, 64; bar.sync 2, 64; ret;
            TWO: bar.sync 2, 64; ld.shared.u32 %r2, [%r20]; st.global.u32 [%d], %r2;
            """, Shared);
        Assert.Equal([77u], program.Run<uint>([0], 1, 96));
    }

    [Fact]
    public void Counts_must_agree_and_be_whole_warps()
    {
        PtxProgram.Of("bar.sync 1, 48;").Fault(FaultKind.InvalidOperand, 64);
        PtxProgram.Of("bar.sync 16;").Fault(FaultKind.InvalidOperand, 64);
        PtxProgram.Of("shr.u32 %r1, %t, 5; add.u32 %r1, %r1, 2; shl.b32 %r1, %r1, 5; bar.sync 1, %r1;")
            .Fault(FaultKind.InvalidOperand, 64);
    }

    [Fact]
    public void Barriers_reduce_predicates()
    {
        var program = PtxProgram.Of("""
            setp.lt.u32 %p1, %t, 5; setp.lt.u32 %p2, %t, 64;
            bar.red.popc.u32 %r1, 0, %p1; bar.red.and.pred %p3, 0, %p1; bar.red.or.pred %p4, 0, %p1;
            barrier.cta.red.and.aligned.pred %p5, 3, 64, !%p2; barrier.cta.red.popc.aligned.u32 %r2, 0, !%p1;
            selp.u32 %r3, 1, 0, %p3; selp.u32 %r4, 2, 0, %p4; selp.u32 %r5, 4, 0, %p5; or.b32 %r3, %r3, %r4; or.b32 %r3, %r3, %r5;
            setp.eq.u32 %p6, %t, 60; @%p6 st.global.v2.u32 [%d], {%r1, %r2}; @%p6 st.global.u32 [%d+8], %r3;
            """);
        Assert.Equal([5u, 59, 2], program.Run<uint>([0], 3, 64));
    }

    private const string Shared = ".shared .align 16 .b8 s[256];";
}

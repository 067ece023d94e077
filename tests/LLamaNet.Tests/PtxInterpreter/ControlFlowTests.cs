using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Lanes that part, loop, leave early and meet again; special registers.
public sealed class ControlFlowTests
{
    [Fact]
    public void Lanes_that_part_meet_again()
    {
        // Collatz: every lane loops a number of times of its own, by branches that part the warp in each turn.
        var program = PtxProgram.Of("""
            add.u32 %r1, %t, 1; mov.u32 %r2, 0;
            LOOP: setp.le.u32 %p1, %r1, 1; @%p1 bra DONE;
            add.u32 %r2, %r2, 1; and.b32 %r3, %r1, 1; setp.eq.u32 %p2, %r3, 0; @%p2 bra EVEN;
            mad.lo.u32 %r1, %r1, 3, 1; bra.uni LOOP;
            EVEN: shr.u32 %r1, %r1, 1; bra LOOP;
            DONE: bar.warp.sync -1; st.global.u32 [%dt], %r2;
            """);
        static uint Steps(uint n) => n <= 1 ? 0 : 1 + Steps(n % 2 == 0 ? n / 2 : 3 * n + 1);
        Assert.Equal(Enumerable.Range(1, 96).Select(n => Steps((uint)n)), program.Run<uint>([0], 96, 96));
    }

    [Fact]
    public void Lanes_that_return_do_not_hold_up_the_others()
    {
        var program = PtxProgram.Of("""
            st.global.u32 [%dt], 1; setp.ge.u32 %p1, %t, 40; @%p1 ret; bar.sync 0; st.global.u32 [%dt], 2;
            and.b32 %r1, %t, 1; setp.eq.u32 %p2, %r1, 1; @%p2 exit; st.global.u32 [%dt], 3;
            """);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i >= 40 ? 1u : i % 2 == 1 ? 2u : 3u), program.Run<uint>([0], 100, 100));
    }

    [Fact]
    public void A_lane_may_wait_for_one_that_is_further_on()
    {
        // Lane 0 takes a lock, the others spin behind it; the holder's code lies behind the spinning loop.
        var program = PtxProgram.Of("""
            setp.eq.u32 %p1, %t, 0; @%p1 bra HOLDER;
            SPIN: ld.volatile.global.u32 %r1, [%a]; setp.eq.u32 %p2, %r1, 0; @%p2 bra SPIN;
            st.global.u32 [%dt], %r1; ret;
            HOLDER: st.volatile.global.u32 [%a], 9; st.global.u32 [%dt], 1;
            """);
        Assert.Equal([1u, 9, 9, 9], program.Run<uint>([0], 4, 4));
    }

    [Fact]
    public void A_branch_by_index()
    {
        const string Body = """
            TABLE: .branchtargets A, B, C;
            and.b32 %r1, %t, 3; {0} brx.idx %r1, TABLE;
            A: mov.u32 %r2, 10; bra END;
            B: mov.u32 %r2, 11; bra END;
            C: mov.u32 %r2, 12; bra END;
            END: bar.warp.sync -1; st.global.u32 [%dt], %r2;
            """;
        var program = PtxProgram.Of(Body.Replace("{0}", "min.u32 %r1, %r1, 2;", StringComparison.Ordinal));
        Assert.Equal([10u, 11, 12, 12, 10, 11], program.Run<uint>([0], 32, 32)[..6]);
        PtxProgram.Of(Body.Replace("{0}", "", StringComparison.Ordinal)).Fault(FaultKind.InvalidOperand, 32);
    }

    [Fact]
    public void Names_in_braces_are_seen_inside_only()
    {
        var program = PtxProgram.Of("""
            mov.u32 %r1, 3;
            { .reg .pred p; .reg .u32 x; mov.u32 x, 0; L: add.u32 x, x, 1; setp.lt.u32 p, x, %r1; @p bra L; mov.u32 %r2, x; }
            { .reg .pred p; .reg .u32 x; mov.u32 x, 7; L: add.u32 x, x, 1; setp.lt.u32 p, x, 20; @p bra L; mov.u32 %r3, x; }
            st.global.v2.u32 [%d], {%r2, %r3};
            """);
        Assert.Equal([3u, 20], program.Run<uint>([0], 2, 1));
        Assert.Throws<PtxParseException>(() => PtxProgram.Of("{ .reg .u32 x; } mov.u32 x, 1;").Run(0u));
        Assert.Throws<PtxParseException>(() => PtxProgram.Of("L: L: ret;").Run(0u));
        Assert.Throws<PtxParseException>(() => PtxProgram.Of(".reg .u32 x; .reg .u32 x;").Run(0u));
    }

    [Fact]
    public void Threads_know_who_they_are()
    {
        var program = PtxProgram.Of("""
            mov.u32 %r1, %tid.x; mov.u32 %r2, %tid.y; mov.u32 %r3, %tid.z; mov.u32 %r4, %ntid.x; mov.u32 %r5, %ntid.y;
            mov.u32 %r6, %ctaid.x; mov.u32 %r7, %ctaid.y; mov.u32 %r8, %ctaid.z; mov.u32 %r9, %nctaid.x; mov.u32 %r10, %nctaid.y;
            mad.lo.u32 %r11, %r3, %r5, %r2; mad.lo.u32 %r11, %r11, %r4, %r1;
            mad.lo.u32 %r12, %r8, %r10, %r7; mad.lo.u32 %r12, %r12, %r9, %r6;
            mad.lo.u32 %r13, %r12, 42, %r11; mul.wide.u32 %w1, %r13, 16; add.s64 %w1, %d, %w1;
            mov.u32 %r14, %laneid; mov.u32 %r15, %warpid; mov.u32 %r16, %lanemask_lt; mov.u32 %r17, %lanemask_ge;
            st.global.v4.u32 [%w1], {%r14, %r15, %r16, %r17};
            """);
        var result = program.Run<uint>([0], 12 * 42 * 4, new(7, 3, 2), new(3, 2, 2));
        for (var i = 0; i < 12 * 42; i++)
        {
            int thread = i % 42, lane = thread % 32;
            Assert.Equal([(uint)lane, (uint)thread / 32, (1u << lane) - 1, ~((1u << lane) - 1)], result[(4 * i)..(4 * i + 4)]);
        }
    }

    [Fact]
    public void The_clock_rises_and_the_global_timer_is_ahead()
    {
        var result = PtxProgram.Of("""
            mov.u64 %w1, %clock64; mov.u32 %r1, %clock; mov.u64 %w2, %globaltimer; setp.lt.u64 %p1, %w1, %w2;
            selp.u32 %r2, 1, 0, %p1;
            st.global.u32 [%d], %r2;
            """).Run<uint>([0], 1, 1);
        Assert.Equal([1u], result);
    }

    [Fact]
    public void The_text_says_what_it_is_made_for()
    {
        var module = PtxModule.Parse("""
            // a comment { ; /*
            .version 8.0
            .target sm_90a, debug /* another
               .entry nothing() {} */
            .address_size 64
            .file 1 "a.cu"
            .section .debug_str { .b8 1 }
            .visible .entry one() .maxntid 16, 4 .minnctapersm 2 { .pragma "nounroll"; .loc 1 2 3
             ret; }
            .weak .entry two { ret; }
            """);
        Assert.Equal(("sm_90a", new Version(8, 0)), (module.Target, module.Version));
        Assert.Equal(["one", "two"], module.Kernels.Keys.Order());
        Assert.Equal((64, 1024), (module.Kernels["one"].MaxThreads, module.Kernels["two"].MaxThreads));
    }

    [Theory]
    [InlineData(".target sm_80\n.entry x() { ret; }", "no .version")]
    [InlineData(".version 7.4\n.target sm_80\n.address_size 32", "64-bit")]
    [InlineData(".version 7.4\n.target sm_80\n.func f() { ret; }", "functions are not known")]
    [InlineData(".version 7.4\n.target sm_80\n.entry x() { ret;", "no '}'")]
    [InlineData(".version 7.4\n.target sm_80\n.entry x() { .reg .u7 a; }", "registers of a type")]
    [InlineData(".version 7.4\n.target sm_80\n.entry x() .maxfoo 1 { }", "a limit that is not known")]
    [InlineData(".version 7.4\n.target sm_80\n.global .u32 x[2] = {1, 2, 3};", "more first values")]
    [InlineData(".version 7.4\n.target sm_80\n.global .u64 x[1] = {generic(y)};", "no such variable")]
    public void What_is_wrong_with_a_text(string text, string expected)
    {
        var error = Assert.Throws<PtxParseException>(() => PtxModule.Parse(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}

using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Instructions by which lanes exchange values, against the manual's pseudo-code.
public sealed class WarpInstructionTests
{
    public static TheoryData<string, int, int> Shuffles
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var mode in new[] { "up", "down", "bfly", "idx" })
                foreach (var amount in new[] { 0, 1, 3, 8, 16, 31, 33 })
                    foreach (var width in new[] { 32, 16, 8, 4 })
                        data.Add(mode, amount, (32 - width) << 8 | (mode == "up" ? 0 : 31));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shuffles))]
    public void A_shuffle_follows_the_manual(string mode, int b, int c)
    {
        var program = PtxProgram.Of($"""
            mad.lo.u32 %r1, %t, 3, 100; shfl.sync.{mode}.b32 %r2|%p1, %r1, {b}, {c}, -1; selp.u32 %r3, 1, 0, %p1;
            mad.lo.u32 %r2, %r2, 2, %r3; st.global.u32 [%dt], %r2;
            """);
        var result = program.Run<uint>([0], 32, 32);
        for (var lane = 0; lane < 32; lane++)
        {
            // The manual's words: bval, cval, mask, maxLane, minLane, j, pval.
            int bval = b & 31, cval = c & 31, mask = c >> 8 & 31;
            int maxLane = (lane & mask) | (cval & ~mask), minLane = lane & mask;
            var (j, pval) = mode switch
            {
                "up" => (lane - bval, lane - bval >= maxLane),
                "down" => (lane + bval, lane + bval <= maxLane),
                "bfly" => (lane ^ bval, (lane ^ bval) <= maxLane),
                _ => (minLane | (bval & ~mask), (minLane | (bval & ~mask)) <= maxLane),
            };
            if (!pval) j = lane;
            Assert.Equal((uint)((100 + 3 * j) * 2 + (pval ? 1 : 0)), result[lane]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_whole_warp_exchanges_at_a_distance(int distance)
    {
        // In place, too.
        var program = PtxProgram.Of(
            $"mov.u32 %r1, %t; shfl.sync.bfly.b32 %r1, %r1, {distance}, 31, -1; st.global.u32 [%dt], %r1;");
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (uint)(i ^ (distance & 31))), program.Run<uint>([0], 32, 32));
    }

    [Fact]
    public void Two_halves_of_a_warp_may_exchange_apart()
    {
        var program = PtxProgram.Of("""
            setp.lt.u32 %p1, %t, 16; @%p1 bra LOW;
            shfl.sync.bfly.b32 %r1, %t, 1, 31, 0xFFFF0000; bra END;
            LOW: shfl.sync.bfly.b32 %r1, %t, 2, 31, 0x0000FFFF;
            END: st.global.u32 [%dt], %r1;
            """);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (uint)(i ^ (i < 16 ? 2 : 1))), program.Run<uint>([0], 32, 32));
        // The same instruction with masks that differ by lane.
        program = PtxProgram.Of("""
            setp.lt.u32 %p1, %t, 16; selp.b32 %r2, 0x0000FFFF, 0xFFFF0000, %p1; shfl.sync.bfly.b32 %r1, %t, 4, 31, %r2;
            st.global.u32 [%dt], %r1;
            """);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (uint)(i ^ 4)), program.Run<uint>([0], 32, 32));
    }

    [Fact]
    public void Lanes_wait_for_those_that_come_later()
    {
        var program = PtxProgram.Of("""
            mov.u32 %r1, %t; setp.lt.u32 %p1, %t, 5; @!%p1 bra MEET;
            L: add.u32 %r1, %r1, 1; setp.lt.u32 %p2, %r1, 50; @%p2 bra L;
            MEET: shfl.sync.idx.b32 %r2, %r1, 2, 31, -1; st.global.u32 [%dt], %r2;
            """);
        Assert.Equal(Enumerable.Repeat(50u, 32), program.Run<uint>([0], 32, 32));
    }

    [Fact]
    public void Votes()
    {
        var result = PtxProgram.Of("""
            setp.lt.u32 %p1, %t, 5; setp.lt.u32 %p2, %t, 32; setp.gt.u32 %p3, %t, 32;
            vote.sync.ballot.b32 %r1, %p1, -1; vote.sync.ballot.b32 %r2, !%p1, -1;
            vote.sync.all.pred %p4, %p2, -1; vote.sync.any.pred %p5, %p3, -1; vote.sync.uni.pred %p6, %p3, -1;
            vote.sync.uni.pred %p7, %p1, -1;
            selp.u32 %r3, 1, 0, %p4; selp.u32 %r4, 2, 0, %p5; selp.u32 %r5, 4, 0, %p6; selp.u32 %r6, 8, 0, %p7;
            or.b32 %r3, %r3, %r4; or.b32 %r3, %r3, %r5; or.b32 %r3, %r3, %r6; activemask.b32 %r7;
            setp.eq.u32 %p8, %t, 9; @%p8 st.global.v4.u32 [%d], {%r1, %r2, %r3, %r7};
            """).Run<uint>([0], 4, 32);
        Assert.Equal([31u, ~31u, 5u, uint.MaxValue], result);
    }

    [Fact]
    public void Equal_values_find_each_other()
    {
        var result = PtxProgram.Of("""
            and.b32 %r1, %t, 3; match.any.sync.b32 %r2, %r1, -1; match.all.sync.b32 %r3|%p1, %r1, -1;
            match.all.sync.b32 %r4|%p2, 7, -1;
            selp.u32 %r5, 1, 0, %p1; selp.u32 %r6, 2, 0, %p2; or.b32 %r5, %r5, %r6;
            setp.eq.u32 %p8, %t, 9; @%p8 st.global.v4.u32 [%d], {%r2, %r3, %r4, %r5};
            """).Run<uint>([0], 4, 32);
        Assert.Equal([0x22222222u, 0, uint.MaxValue, 2], result);
    }

    [Theory]
    [InlineData("add.u32", 496)]
    [InlineData("add.s32", 496)]
    [InlineData("min.s32", 0)]
    [InlineData("max.u32", 31)]
    [InlineData("and.b32", 0)]
    [InlineData("or.b32", 31)]
    [InlineData("xor.b32", 0)]
    public void Reductions(string operation, uint expected) => Assert.Equal(
        Enumerable.Repeat(expected, 32), PtxProgram.Of($"redux.sync.{operation} %r1, %t, -1; st.global.u32 [%dt], %r1;")
            .Run<uint>([0], 32, 32));

    [Fact]
    public void One_lane_is_elected() => Assert.Equal(
        [1u, 0, 0], PtxProgram.Of("elect.sync %r1|%p1, -1; selp.u32 %r2, 1, 0, %p1; st.global.u32 [%dt], %r2;")
            .Run<uint>([0], 32, 32)[..3]);
}

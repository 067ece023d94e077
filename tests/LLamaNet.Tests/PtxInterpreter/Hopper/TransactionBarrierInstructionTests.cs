using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

public class TransactionBarrierInstructionTests
{
    private const string Init = "mbarrier.init.shared::cta.b64 [%r2], 1;";
    private const string Arrive = "mbarrier.arrive.shared::cta.b64 _, [%r2];";

    private const string Wait =
        """
        {
        .reg .pred %done;
        AGAIN:
        mbarrier.try_wait.parity.shared::cta.b64 %done, [%r2], 0;
        @%done bra END;
        bra AGAIN;
        END:
        }
        """;

    [Fact]
    public void Stores_before_an_arrival_are_read_behind_the_wait()
    {
        // Warp 1 stores, every thread of it arrives; warp 0 waits and reads.
        string body = $$"""
            @%p0 mbarrier.init.shared::cta.b64 [%r2], 32;
            bar.sync 0;
            and.b32 %r3, %r0, 31;
            shl.b32 %r3, %r3, 2;
            add.u32 %r4, %r1, %r3;
            setp.lt.u32 %p1, %r0, 32;
            @%p1 bra WAITS;
            st.shared.u32 [%r4], %r0;
            mbarrier.arrive.shared::cta.b64 _, [%r2];
            ret;
            WAITS:
            {{Wait}}
            ld.shared.u32 %r5, [%r4];
            cvt.u64.u32 %rd3, %r3;
            add.u64 %rd3, %rd0, %rd3;
            st.global.u32 [%rd3], %r5;
            """;
        Assert.Equal(Enumerable.Range(32, 32), new HopperMachine().Run<int>(body, 64, 32));
    }

    [Fact]
    public void Without_the_wait_it_is_a_race()
    {
        const string Body = """
            setp.lt.u32 %p1, %r0, 32;
            @%p1 bra READS;
            st.shared.u32 [%r1], 5;
            ret;
            READS:
            ld.shared.u32 %r5, [%r1];
            """;
        // Warp 0 comes first here: it reads what nobody has written.
        Assert.Equal(FaultKind.Uninitialised, HopperMachine.Fault(Body, 64).Kind);
        string parityOfThePhaseBefore = $$"""
            @%p0 mbarrier.init.shared::cta.b64 [%r2], 2;
            bar.sync 0;
            setp.ge.u32 %p1, %r0, 32;
            @%p1 bra READS;
            @%p0 st.shared.u32 [%r1], 5;
            @%p0 mbarrier.arrive.shared::cta.b64 _, [%r2];
            ret;
            READS:
            {{Wait.Replace("[%r2], 0", "[%r2], 1", StringComparison.Ordinal)}}
            ld.shared.u32 %r5, [%r1];
            """;
        // The phase before the first has ended already, but it says nothing about the store.
        Assert.Equal(FaultKind.Race, HopperMachine.Fault(parityOfThePhaseBefore, 64).Kind);
    }

    [Fact]
    public void Phases_change_parity_and_arrivals_give_the_state_before()
    {
        const string Body = """
            mbarrier.init.shared::cta.b64 [%r2], 2;
            mbarrier.arrive.shared::cta.b64 %rd3, [%r2];
            mbarrier.test_wait.shared::cta.b64 %p1, [%r2], %rd3;
            selp.u32 %r3, 1, 0, %p1;
            mbarrier.arrive.shared::cta.b64 %rd4, [%r2], 1;
            mbarrier.test_wait.shared::cta.b64 %p1, [%r2], %rd3;
            selp.u32 %r4, 1, 0, %p1;
            mbarrier.test_wait.parity.shared::cta.b64 %p1, [%r2], 1;
            selp.u32 %r5, 1, 0, %p1;
            mbarrier.arrive.shared::cta.b64 _, [%r2], 2;
            mbarrier.test_wait.parity.shared::cta.b64 %p1, [%r2], 1;
            selp.u32 %r6, 1, 0, %p1;
            st.global.u32 [%rd0], %r3;
            st.global.u32 [%rd0+4], %r4;
            st.global.u32 [%rd0+8], %r5;
            st.global.u32 [%rd0+12], %r6;
            """;
        Assert.Equal([0, 1, 0, 1], new HopperMachine().Run<int>(Body, 1, 4));
    }

    [Theory]
    [InlineData("mbarrier.init.shared::cta.b64 [%r2], 0;", nameof(FaultKind.InvalidOperand))]
    [InlineData("mbarrier.init.shared::cta.b64 [%r2+4], 1;", nameof(FaultKind.Misaligned))]
    [InlineData("mbarrier.init.shared::cta.b64 [%r2+64], 1;", nameof(FaultKind.OutOfBounds))]
    [InlineData("mbarrier.arrive.shared::cta.b64 _, [%r2];", nameof(FaultKind.Uninitialised))]
    [InlineData("st.shared.b64 [%r2], %rd0; mbarrier.arrive.shared::cta.b64 _, [%r2];", nameof(FaultKind.InvalidOperand))]
    [InlineData(Init + "mbarrier.arrive.shared::cta.b64 _, [%r2], 2;", nameof(FaultKind.InvalidOperand))]
    [InlineData(Init + "mbarrier.inval.shared::cta.b64 [%r2];" + Arrive, nameof(FaultKind.InvalidOperand))]
    public void A_barrier_that_is_misused_is_a_fault(string body, string expected) =>
        Assert.Equal(expected, HopperMachine.Fault(body, 1).Kind.ToString());

    [Fact]
    public void An_arrival_too_few_never_ends_the_wait()
    {
        string body = $$"""
            mbarrier.init.shared::cta.b64 [%r2], 2;
            mbarrier.arrive.shared::cta.b64 _, [%r2];
            {{Wait}}
            """;
        Assert.Equal(FaultKind.Deadlock, HopperMachine.Fault(body, 1).Kind);
    }
}

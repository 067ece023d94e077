using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// cp.async: sizes, zeros behind what is present, groups.
public sealed class AsyncCopyTests
{
    private const string Shared = ".shared .align 16 .b8 s[64];";

    [Theory]
    [InlineData("cp.async.cg.shared.global [%r20], [%a], 16", 16)]
    [InlineData("cp.async.ca.shared.global.L2::128B [%r20], [%a], 8", 8)]
    [InlineData("cp.async.ca.shared.global [%r20], [%a], 4", 4)]
    [InlineData("cp.async.cg.shared.global [%r20], [%a], 16, 6", 6)]
    [InlineData("mov.u32 %r1, 0; cp.async.cg.shared.global [%r20], [%a], 16, %r1", 0)]
    [InlineData("setp.eq.u32 %p1, %t, 0; cp.async.cg.shared.global [%r20], [%a], 16, %p1", 0)]
    [InlineData("setp.ne.u32 %p1, %t, 0; cp.async.cg.shared.global [%r20], [%a], 16, %p1", 16)]
    public void Bytes_that_are_not_present_become_zero(string copy, int present)
    {
        var bytes = Enumerable.Range(1, 16).Select(i => (byte)i).ToArray();
        var result = PtxProgram.Of($$"""
            mov.u32 %r20, s; st.shared.v4.u32 [%r20], {-1, -1, -1, -1}; {{copy}}; cp.async.wait_all;
            ld.shared.v4.u32 {%r1, %r2, %r3, %r4}, [%r20]; st.global.v4.u32 [%d], {%r1, %r2, %r3, %r4};
            """, Shared).Run(bytes, 16, 1);
        // Bytes behind the copy are untouched.
        var copied = copy.Contains(", 8", StringComparison.Ordinal) ? 8 : copy.EndsWith(", 4", StringComparison.Ordinal) ? 4 : 16;
        Assert.Equal(bytes.Select((value, i) => i < present ? value : i < copied ? (byte)0 : (byte)0xFF), result);
    }

    [Fact]
    public void Groups_end_in_order()
    {
        const string Start = """
            mov.u32 %r20, s; cp.async.ca.shared.global [%r20], [%a], 4; cp.async.ca.shared.global [%r20+4], [%a+4], 4;
            cp.async.commit_group;
            cp.async.ca.shared.global [%r20+8], [%a+8], 4; cp.async.commit_group; cp.async.commit_group;
            cp.async.ca.shared.global [%r20+12], [%a+12], 4;
            """;
        var program = PtxProgram.Of(
            Start + "cp.async.wait_group 2; ld.shared.u32 %r1, [%r20+4]; st.global.u32 [%d], %r1;", Shared);
        Assert.Equal([6u], program.Run<uint>([5, 6, 7, 8], 1, 1));
        PtxProgram.Of(Start + "cp.async.wait_group 2; ld.shared.u32 %r1, [%r20+8];", Shared).Fault(FaultKind.MissingWait, 1);
        program = PtxProgram.Of(Start + "cp.async.wait_group 1; ld.shared.u32 %r1, [%r20+8]; st.global.u32 [%d], %r1;", Shared);
        Assert.Equal([7u], program.Run<uint>([5, 6, 7, 8], 1, 1));
        PtxProgram.Of(Start + "cp.async.wait_group 0; ld.shared.u32 %r1, [%r20+12];", Shared).Fault(FaultKind.MissingWait, 1);
        program = PtxProgram.Of(Start + "cp.async.wait_all; ld.shared.u32 %r1, [%r20+12]; st.global.u32 [%d], %r1;", Shared);
        Assert.Equal([8u], program.Run<uint>([5, 6, 7, 8], 1, 1));
    }

    [Fact]
    public void An_asynchronous_copy_that_breaks_the_rules_is_a_fault()
    {
        PtxProgram.Of("mov.u32 %r20, s; cp.async.cg.shared.global [%r20], [%a+8], 16;", Shared).Fault(FaultKind.Misaligned, 1);
        PtxProgram.Of("mov.u32 %r20, s; cp.async.cg.shared.global [%r20], [%a+256], 16;", Shared).Fault(FaultKind.OutOfBounds, 1);
        PtxProgram.Of("mov.u32 %r20, s; cp.async.cg.shared.global [%r20+64], [%a], 16;", Shared).Fault(FaultKind.OutOfBounds, 1);
        PtxProgram.Of("mov.u32 %r20, s; cp.async.cg.shared.global [%r20], [%a], 16, 17;", Shared)
            .Fault(FaultKind.InvalidOperand, 1);
        PtxProgram.Of("mov.u32 %r20, s; cp.async.cg.shared.global [%r20], [%d], 16;", Shared).Fault(FaultKind.Uninitialised, 1);
        // Nothing is read past what is present.
        PtxProgram.Of("mov.u32 %r20, s; cp.async.cg.shared.global [%r20], [%a+240], 16, 8;", Shared)
            .Run<uint>(new uint[62], 1, 1);
    }
}

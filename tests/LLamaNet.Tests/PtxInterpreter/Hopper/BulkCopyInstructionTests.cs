using LLamaNet.PtxInterpreter;
using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

// Thread 0 starts a copy of 16 rows of 64 halves; all 32 read it, 64 bytes each, and store it in the order of shared memory.
public class BulkCopyInstructionTests
{
    private const string Init = "@%p0 mbarrier.init.shared::cta.b64 [%r2], 1;";
    private const string Fence = "fence.mbarrier_init.release.cluster;";
    private const string Expect = "@%p0 mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r2], 2048;";
    private const string Start =
        "@%p0 cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%r1], [%rd2, {%r10, %r11}], [%r2];";

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

    private const string Read =
        """
        shl.b32 %r3, %r0, 6;
        add.u32 %r4, %r1, %r3;
        cvt.u64.u32 %rd3, %r3;
        add.u64 %rd3, %rd0, %rd3;
        mov.u32 %r5, 0;
        LOOP:
        ld.shared.u32 %r6, [%r4];
        st.global.u32 [%rd3], %r6;
        add.u32 %r4, %r4, 4;
        add.u64 %rd3, %rd3, 4;
        add.u32 %r5, %r5, 1;
        setp.lt.u32 %p2, %r5, 16;
        @%p2 bra LOOP;
        """;

    private const int Columns = 70;
    private const int Rows = 20;

    private readonly HopperMachine _machine = new();
    private readonly TensorMap _map;

    public BulkCopyInstructionTests()
    {
        // Value c + 100 r + 1 in row r, column c; rows of 144 bytes.
        var values = new ushort[Rows * 72];
        for (int row = 0; row < Rows; row++)
            for (int column = 0; column < 72; column++) values[row * 72 + column] = Value(row, column);
        _map = new TensorMap(2, _machine.Copy<ushort>(values), [Columns, Rows], [144], [64, 16], Swizzle.Bytes128);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(32, 8)]
    [InlineData(-3, -2)]
    public void A_box_arrives_with_swizzle_and_zeros_beyond_the_edges(int column, int row)
    {
        string body = Body(column, row, Init, "bar.sync 0;", Fence, Expect, Start, Wait, Read);
        ushort[] shared = _machine.Run<ushort>(body, 32, 1024, map: _map);
        for (int r = 0; r < 16; r++)
        {
            for (int c = 0; c < 64; c++)
            {
                bool inside = row + r is >= 0 and < Rows && column + c is >= 0 and < Columns;
                // Chunk c / 8 of row r stands at c / 8 ^ r % 8.
                Assert.Equal(inside ? Value(row + r, column + c) : 0, shared[r * 64 + (c / 8 ^ r % 8) * 8 + c % 8]);
            }
        }
    }

    [Fact]
    public void Bulk_copies_keep_the_order_of_bytes()
    {
        int[] values = [.. Enumerable.Range(7, 512)];
        const string Bulk = "@%p0 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r1], [%rd1], 2048, [%r2];";
        ulong from = _machine.Copy<int>(values);
        Assert.Equal(values, _machine.Run<int>(Body(0, 0, Init, "bar.sync 0;", Fence, Expect, Bulk, Wait, Read), 32, 512, from));
        string odd = Bulk.Replace("2048", "2040", StringComparison.Ordinal);
        PtxFaultException fault = HopperMachine.Fault(Body(0, 0, Init, Fence, Expect, odd), 32, from, null, _machine);
        Assert.Equal(FaultKind.InvalidOperand, fault.Kind);
        string far = Bulk.Replace("2048", "2064", StringComparison.Ordinal);
        fault = HopperMachine.Fault(Body(0, 0, Init, Fence, Expect, far), 32, from, null, _machine);
        Assert.Equal(FaultKind.OutOfBounds, fault.Kind);
    }

    [Fact]
    public void Reading_without_the_wait_is_found() =>
        AssertFault(FaultKind.MissingWait, Init, "bar.sync 0;", Fence, Expect, Start, Read);

    [Fact]
    public void Waiting_for_the_wrong_parity_is_found() => AssertFault(
        FaultKind.MissingWait, Init, "bar.sync 0;", Fence, Expect, Start,
        Wait.Replace("[%r2], 0", "[%r2], 1", StringComparison.Ordinal), Read);

    [Theory]
    [InlineData("2044")]
    [InlineData("2056")]
    public void Announcing_the_wrong_number_of_bytes_is_found(string bytes) => AssertFault(
        FaultKind.Deadlock, Init, "bar.sync 0;", Fence,
        Expect.Replace("2048", bytes, StringComparison.Ordinal), Start, Wait, Read);

    [Fact]
    public void Not_announcing_them_is_found() => AssertFault(FaultKind.Deadlock, Init, "bar.sync 0;", Fence, Start, Wait, Read);

    [Fact]
    public void A_barrier_that_no_fence_made_known_is_found() =>
        AssertFault(FaultKind.MissingFence, Init, "bar.sync 0;", Expect, Start, Wait, Read);

    [Fact]
    public void A_store_to_bytes_under_way_is_found() =>
        AssertFault(FaultKind.MissingWait, Init, "bar.sync 0;", Fence, Expect, Start, "st.shared.u32 [%r1+64], %r0;");

    [Fact]
    public void Overwriting_what_another_warp_reads_is_found()
    {
        // Warp 1 reads what is there, and nothing orders the copy behind it.
        const string Body = """
            @%p0 mbarrier.init.shared::cta.b64 [%r2], 1;
            fence.mbarrier_init.release.cluster;
            @%p0 st.shared.u32 [%r1], 1;
            bar.sync 0;
            setp.ge.u32 %p1, %r0, 32;
            @%p1 ld.shared.u32 %r5, [%r1];
            @%p1 ret;
            bar.sync 1, 32;
            mov.u32 %r10, 0;
            mov.u32 %r11, 0;
            """;
        Assert.Equal(FaultKind.Race, HopperMachine.Fault(Body + Start, 64, 0, _map, _machine).Kind);
    }

    [Fact]
    public void What_is_no_tensor_map_is_found()
    {
        Assert.Equal(FaultKind.InvalidOperand, HopperMachine.Fault(Body(0, 0, Init, Fence, Start), 32, 0, null, _machine).Kind);
        string misaligned = Start.Replace("[%r1]", "[%r9]", StringComparison.Ordinal);
        AssertFault(FaultKind.Misaligned, "add.u32 %r9, %r1, 64;", Init, Fence, misaligned);
    }

    private static ushort Value(int row, int column) => (ushort)(column + 100 * row + 1);

    private static string Body(int column, int row, params string[] lines) =>
        $"mov.u32 %r10, {column};\nmov.u32 %r11, {row};\n{string.Join('\n', lines)}";

    private void AssertFault(FaultKind expected, params string[] lines) =>
        Assert.Equal(expected, HopperMachine.Fault(Body(0, 0, lines), 32, 0, _map, _machine).Kind);
}

using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

public class TransactionBarrierTests
{
    [Fact]
    public void A_phase_ends_with_its_last_arrival_and_the_next_expects_as_many()
    {
        TransactionBarrier barrier = TransactionBarrier.Create(3);
        Assert.True(barrier.IsMade);
        // The phase before the first has parity 1 and is over.
        Assert.True(barrier.HasEnded(1));
        Assert.False(barrier.HasEnded(0));
        Assert.Null(barrier.Arrive(2));
        Assert.False(barrier.HasEnded(0));
        Assert.Null(barrier.Arrive(1));
        Assert.True(barrier.HasEnded(0));
        Assert.False(barrier.HasEnded(1));
        Assert.Equal((3, 3, 0, 1), (barrier.Expected, barrier.Missing, barrier.MissingBytes, barrier.Parity));
        Assert.Null(barrier.Arrive(3));
        Assert.True(barrier.HasEnded(1));
    }

    [Fact]
    public void Announced_bytes_keep_a_phase_open()
    {
        TransactionBarrier barrier = TransactionBarrier.Create(1);
        Assert.Null(barrier.Expect(1000));
        Assert.Null(barrier.Arrive(1));
        Assert.Null(barrier.Expect(-999));
        Assert.False(barrier.HasEnded(0));
        Assert.Null(barrier.Expect(-1));
        Assert.True(barrier.HasEnded(0));
    }

    [Fact]
    public void Bytes_may_come_before_they_are_announced()
    {
        TransactionBarrier barrier = TransactionBarrier.Create(1);
        Assert.Null(barrier.Expect(-64));
        Assert.Equal(-64, barrier.MissingBytes);
        Assert.Null(barrier.Expect(64));
        Assert.False(barrier.HasEnded(0));
        Assert.Null(barrier.Arrive(1));
        Assert.True(barrier.HasEnded(0));
    }

    [Fact]
    public void More_than_a_phase_takes_is_an_error()
    {
        TransactionBarrier barrier = TransactionBarrier.Create(2);
        Assert.NotNull(barrier.Arrive(3));
        Assert.NotNull(barrier.Expect(1 << 20));
        Assert.NotNull(barrier.Expect(-(1 << 20)));
        Assert.Null(barrier.Expect(TransactionBarrier.Maximum));
        Assert.NotNull(barrier.Expect(1));
        Assert.False(new TransactionBarrier(0).IsMade);
        Assert.False(new TransactionBarrier(ulong.MaxValue).IsMade);
    }
}

using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Threads;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu;

public class ChunkPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_chunk_runs_once(int threads)
    {
        using var pool = new ChunkPool(threads);
        foreach (int chunks in (int[])[0, 1, 2, 3, 7, 100, 1000])
        {
            var runs = new int[chunks];
            pool.Run(chunks, new Count(runs));
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    // More threads than processors, work shorter than a wake-up: claims, sleeps and new work overlap in every way.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9)]
    public void Many_small_runs_lose_nothing(int threads)
    {
        using var pool = new ChunkPool(threads);
        var random = new Random(threads);
        var runs = new int[64];
        var expected = new int[64];
        for (int i = 0; i < 20_000; i++)
        {
            int chunks = random.Next(2, 9);
            pool.Run(chunks, new Count(runs));
            for (int chunk = 0; chunk < chunks; chunk++) expected[chunk]++;

            // Now and then long enough for the workers to fall asleep.
            if (i % 500 == 0) Thread.Sleep(1);
        }

        Assert.Equal(expected, runs);
    }

    // A worker that claims late must see the work of its own chunk, not that of an earlier run.
    [Fact]
    public void Chunks_see_the_work_they_belong_to()
    {
        using var pool = new ChunkPool(4);
        for (int i = 0; i < 20_000; i++)
        {
            var seen = new int[4];
            if (i % 2 == 0) pool.Run(4, new Mark(seen, i));
            else pool.Run(4, new MarkDoubled(seen, i, i));
            Assert.All(seen, value => Assert.Equal(i % 2 == 0 ? i : 2 * i, value));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_failure_reaches_the_caller_and_the_pool_goes_on(int threads)
    {
        using var pool = new ChunkPool(threads);
        var runs = new int[16];
        for (int i = 0; i < 300; i++)
        {
            int failing = i % 16;
            InvalidDataException failure = Assert.Throws<InvalidDataException>(() => pool.Run(16, new Fail(failing)));
            Assert.Equal($"chunk {failing}", failure.Message);
            pool.Run(16, new Count(runs));
        }

        Assert.All(runs, count => Assert.Equal(300, count));
    }

    [Fact]
    public void Work_within_work_is_refused()
    {
        using var pool = new ChunkPool(2);
        Assert.Throws<InvalidOperationException>(() => pool.Run(4, new Nest(pool)));
        Assert.Throws<InvalidOperationException>(() => pool.Run(1, new Nest(pool)));
        var runs = new int[4];
        pool.Run(4, new Count(runs));
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Running_allocates_nothing_and_starts_no_thread()
    {
        using var pool = new ChunkPool(3);
        var runs = new int[8];
        for (int i = 0; i < 100; i++) pool.Run(8, new Count(runs));
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 1000; i++) pool.Run(8, new Count(runs));
        }));
    }

    [Fact]
    public void Threads_end_with_the_pool()
    {
        for (int i = 0; i < 100; i++)
        {
            var threads = new Thread?[32];
            var pool = new ChunkPool(1 + i % 6);
            if (i % 3 != 0) pool.Run(32, new Enlist(threads));
            pool.Dispose();
            pool.Dispose();
            Assert.All(threads, thread => Assert.True(thread is null || thread == Thread.CurrentThread || !thread.IsAlive));
            Assert.Throws<ObjectDisposedException>(() => pool.Run(2, new Count(new int[2])));
        }
    }

    [Fact]
    public void Pools_do_not_disturb_each_other()
    {
        var failures = 0;
        Thread[] callers = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            using var pool = new ChunkPool(3);
            var runs = new int[5];
            for (int i = 0; i < 3000; i++) pool.Run(5, new Count(runs));
            if (runs.Any(count => count != 3000)) Interlocked.Increment(ref failures);
        }))];
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        Assert.Equal(0, failures);
    }

    private readonly struct Count(int[] runs) : IChunkWork
    {
        public void Run(int chunk) => Interlocked.Increment(ref runs[chunk]);
    }

    private readonly struct Mark(int[] seen, int value) : IChunkWork
    {
        public void Run(int chunk) => seen[chunk] = value;
    }

    private readonly struct MarkDoubled(int[] seen, long value, long again) : IChunkWork
    {
        public void Run(int chunk) => seen[chunk] = (int)(value + again);
    }

    private readonly struct Fail(int failing) : IChunkWork
    {
        public void Run(int chunk)
        {
            if (chunk == failing) throw new InvalidDataException($"chunk {chunk}");
        }
    }

    private readonly struct Nest(ChunkPool pool) : IChunkWork
    {
        public void Run(int chunk) => pool.Run(2, new Count(new int[2]));
    }

    private readonly struct Enlist(Thread?[] threads) : IChunkWork
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run(int chunk)
        {
            threads[chunk] = Thread.CurrentThread;
            Thread.SpinWait(20);
        }
    }
}

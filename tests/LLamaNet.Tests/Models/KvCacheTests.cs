using LLamaNet.Backends;
using LLamaNet.Models;
using Xunit;

namespace LLamaNet.Tests.Models;

public class KvCacheTests
{
    private const int MaxTokens = 10 * KvLayer.PageLength;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(KvLayer.PageLength, 1)]
    [InlineData(KvLayer.PageLength + 1, 2)]
    [InlineData(MaxTokens, 10)]
    public void A_sequence_takes_a_page_for_every_64_positions(int length, int pages)
    {
        using Pool pool = new();
        var sequence = new KvSequence(MaxTokens);
        Assert.True(pool.Cache.TryExtend(sequence, length));
        Assert.Equal(pages, sequence.PageCount);
        Assert.Equal(10 - pages, pool.Cache.FreePages);
    }

    [Fact]
    public void A_sequence_that_grows_keeps_its_pages()
    {
        using Pool pool = new();
        var sequence = new KvSequence(MaxTokens);
        pool.Cache.TryExtend(sequence, 70);
        int[] before = sequence.Pages[..2];
        Assert.True(pool.Cache.TryExtend(sequence, 129));
        Assert.Equal(before, sequence.Pages[..2]);
        Assert.True(pool.Cache.TryExtend(sequence, 1));
        Assert.Equal(3, sequence.PageCount);
    }

    [Fact]
    public void No_two_sequences_share_a_page()
    {
        using Pool pool = new();
        KvSequence first = new(MaxTokens), second = new(MaxTokens);
        for (int length = 64; length <= 320; length += 64)
        {
            Assert.True(pool.Cache.TryExtend(first, length));
            Assert.True(pool.Cache.TryExtend(second, length));
        }

        Assert.Equal(Enumerable.Range(0, 10), first.Pages[..5].Concat(second.Pages[..5]).Order());
    }

    [Fact]
    public void A_pool_with_too_few_pages_changes_nothing()
    {
        using Pool pool = new();
        KvSequence first = new(MaxTokens), second = new(MaxTokens);
        pool.Cache.TryExtend(first, 8 * 64);
        pool.Cache.TryExtend(second, 64);
        Assert.False(pool.Cache.TryExtend(second, 3 * 64 + 1));
        Assert.Equal((1, 1), (second.PageCount, pool.Cache.FreePages));

        pool.Cache.Release(first);
        Assert.Equal((0, 9), (first.PageCount, pool.Cache.FreePages));
        Assert.True(pool.Cache.TryExtend(second, 3 * 64 + 1));
    }

    [Fact]
    public void It_allocates_what_it_plans()
    {
        using Pool pool = new();
        Assert.Equal(KvCache.Bytes(TestConfigs.Odd, DType.F16, MaxTokens), pool.Backend.AllocatedBytes - pool.Before);
        Assert.Equal(2 * 2 * MaxTokens * 4 * 12 * 2, KvCache.Bytes(TestConfigs.Odd, DType.F16, MaxTokens));
    }

    private sealed class Pool : IDisposable
    {
        private readonly IDisposable _owner;

        public Pool()
        {
            (Backend, _owner) = TestBackend.Plain.Open();
            Before = Backend.AllocatedBytes;
            Cache = new KvCache(Backend, TestConfigs.Odd, DType.F16, MaxTokens);
        }

        public Backend Backend { get; }

        public long Before { get; }

        public KvCache Cache { get; }

        public void Dispose()
        {
            Cache.Dispose();
            _owner.Dispose();
        }
    }
}

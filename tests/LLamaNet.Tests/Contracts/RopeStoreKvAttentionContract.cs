using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RopeStoreKvAttentionContract : BackendContract
{
    // The last tokens of sequences whose other tokens are in the cache: each one, and chunks beside a single token.
    private static readonly (int Length, int Count)[][] s_batches = [[(1, 1), (65, 1), (130, 1)], [(70, 70), (100, 1), (129, 3)]];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Rows_and_cache_are_those_of_rope_then_store_then_attention(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (AttentionShape shape in (AttentionShape[])[new(4, 2, 64), new(3, 1, 24), new(2, 2, 128)])
        {
            using RopeTable rope = backend.RopeTable(130, shape.HeadDim, seed: 2);
            foreach (DType type in backend.KvCacheTypes.Where(type => shape.HeadDim % WeightFormat.Of(type).BlockLength == 0))
            {
                foreach ((int Length, int Count)[] sequences in s_batches)
                {
                    (float[] Y, float[] Keys, float[] Values) apart = Step(backend, shape, type, rope, sequences, isFused: false);
                    (float[] Y, float[] Keys, float[] Values) fused = Step(backend, shape, type, rope, sequences, isFused: true);
                    Assert.Equal(apart.Y, fused.Y);
                    Assert.Equal(apart.Keys, fused.Keys);
                    Assert.Equal(apart.Values, fused.Values);
                }
            }
        }
    }

    private static (float[] Y, float[] Keys, float[] Values) Step(
        Backend backend, AttentionShape shape, DType type, RopeTable rope, (int Length, int Count)[] sequences, bool isFused)
    {
        using var cache = new TestCache(backend, shape, type, 9);
        int rows = sequences.Sum(sequence => sequence.Count);
        var batch = new Batch(rows);
        int page = 0;
        foreach ((int length, int count) in sequences)
        {
            var sequence = new TestSequence(shape, length, length, TestSequence.PagesFrom(page, length));
            page += sequence.Pages.Length;
            if (length > count) cache.Store(sequence, length - count);
            batch.Append(new int[count], length - count, sequence.Pages, rope, Batch.Outputs.None);
        }

        using Tensor qkv = backend.Tensor(rows, shape.QkvWidth, Values.Normal(rows * shape.QkvWidth, 5));
        using Guarded y = new(backend, rows, shape.QueryWidth);
        if (isFused)
        {
            backend.RopeStoreKvAttention(y.Tensor, qkv, cache.Kv, shape, batch);
        }
        else
        {
            backend.Rope(qkv, shape, batch);
            backend.StoreKv(cache.Kv, qkv, shape, batch);
            backend.Attention(y.Tensor, qkv, cache.Kv, shape, batch);
        }

        return (y.Read(), backend.Values(cache.Kv.Keys), backend.Values(cache.Kv.Values));
    }
}

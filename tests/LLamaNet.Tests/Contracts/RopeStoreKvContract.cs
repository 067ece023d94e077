using LLamaNet.Backends;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RopeStoreKvContract : BackendContract
{
    [Theory]
    [MemberData(nameof(Backends))]
    public void Rows_and_cache_are_those_of_rope_and_then_store(TestBackend kind)
    {
        Backend backend = Open(kind);
        var shape = new AttentionShape(4, 2, 36);
        float[] qkv = Values.Normal(101 * shape.QkvWidth, 1);
        using RopeTable rope = backend.RopeTable(200, shape.HeadDim, seed: 2);
        var batch = new Batch(101);
        batch.Append(new int[100], 90, [5, 4, 2], rope, Batch.Outputs.None);
        batch.Append(new int[1], 3, [0], rope, Batch.Outputs.None);

        foreach (DType type in (DType[])[DType.F32, DType.F16])
        {
            using TestCache apart = new(backend, shape, type, 6), fused = new(backend, shape, type, 6);
            using Guarded first = new(backend, 101, shape.QkvWidth, qkv), second = new(backend, 101, shape.QkvWidth, qkv);
            backend.Rope(first.Tensor, shape, batch);
            backend.StoreKv(apart.Kv, first.Tensor, shape, batch);
            backend.RopeStoreKv(fused.Kv, second.Tensor, shape, batch);
            Assert.Equal(first.Read(), second.Read());
            Assert.Equal(backend.Values(apart.Kv.Keys), backend.Values(fused.Kv.Keys));
            Assert.Equal(backend.Values(apart.Kv.Values), backend.Values(fused.Kv.Values));
        }
    }
}

using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class StoreKvContract : BackendContract
{
    private const float Untouched = 77;

    // Attention to a single key gives its value back.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Values_come_back_rounded_to_the_type_of_the_cache(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (DType type in (DType[])[DType.F32, DType.F16])
        {
            var shape = new AttentionShape(3, 3, 18);
            using var cache = new TestCache(backend, shape, type, 1);
            var sequence = new TestSequence(shape, 1, 1, [0]);
            float[] values = [1e-7f, 6e-8f, 2e-8f, 65504, 1.00048828125f, 1.00146484375f, -0f, 3.14159265f];
            values.CopyTo(sequence.Qkv.AsSpan(2 * shape.KeyWidth));
            float[] expected = sequence.Qkv[(2 * shape.KeyWidth)..];
            if (type == DType.F16) expected = [.. expected.Select(value => (float)(Half)value)];
            Assert.Equal(expected, cache.Step(sequence, 1));
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Only_the_places_of_the_tokens_are_written(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (DType type in (DType[])[DType.F32, DType.F16])
        {
            var shape = new AttentionShape(4, 2, 10);
            using var cache = new TestCache(backend, shape, type, 4, Untouched);
            var sequence = new TestSequence(shape, 1, 70, [3, 1]);
            foreach (int count in (int[])[1, 62, 4, 3])
            {
                cache.Store(sequence, count);
                foreach (Tensor tensor in (Tensor[])[cache.Kv.Keys, cache.Kv.Values])
                {
                    float[] stored = backend.Values(tensor);
                    int pageValues = stored.Length / 4;
                    Assert.Equal(sequence.Length * shape.KeyWidth, stored.Count(value => value != Untouched));
                    Assert.False(stored.AsSpan(0, pageValues).ContainsAnyExcept(Untouched));
                    Assert.False(stored.AsSpan(2 * pageValues, pageValues).ContainsAnyExcept(Untouched));
                }
            }
        }
    }
}

using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class AttentionContract : BackendContract
{
    private static readonly int[] s_scattered = [7, 2, 9, 4];

    private static AttentionShape[] Shapes =>
        [new(1, 1, 2), new(4, 2, 24), new(8, 1, 64), new(9, 3, 80), new(5, 5, 128), new(2, 1, 256), new(8, 1, 96)];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Equals_softmax_attention(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (AttentionShape shape in Shapes)
        {
            foreach (DType type in Types(backend, shape))
            {
                TestSequence[] sequences = [Sequence(shape, 1, 0), Sequence(shape, 65, 1), Sequence(shape, 131, 3)];
                using var cache = new TestCache(backend, shape, type, 6);
                float[] y = cache.Step([.. sequences.Select(sequence => (sequence, sequence.Qkv.Length / shape.QkvWidth))]);
                bool inHalves = InHalves(kind, type, shape);
                AssertRow(sequences[0], 0, type, y, 0);
                foreach (int position in (int[])[0, 15, 64]) AssertRow(sequences[1], position, type, y, 1 + position, inHalves);
                foreach (int position in (int[])[1, 16, 63, 64, 130])
                    AssertRow(sequences[2], position, type, y, 66 + position, inHalves);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Equals_softmax_attention_over_long_contexts(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (AttentionShape shape in (AttentionShape[])[new(4, 1, 32), new(2, 2, 64)])
        {
            TestSequence sequence = Sequence(shape, 1201, 0);
            using var cache = new TestCache(backend, shape, DType.F16, 19);
            cache.Store(sequence, 500);
            float[] y = cache.Run(sequence, 1200, 600);
            foreach (int position in (int[])[510, 511, 512, 1023, 1024, 1199])
                AssertRow(sequence, position, DType.F16, y, position - 500, InHalves(kind, DType.F16, shape));
            AssertRow(sequence, 1200, DType.F16, cache.Step(sequence, 1), 0);
        }
    }

    // A window within a page, of a page, over pages, and over spans of keys; with a scale of its own.
    [Theory]
    [MemberData(nameof(Backends))]
    public void A_window_hides_earlier_keys(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (int window in (int[])[1, 5, 64, 65, 100, 150, 1000])
        {
            foreach (AttentionShape shape in (AttentionShape[])[new(4, 2, 24, window), new(2, 1, 64, window, Scale: 0.3f)])
            {
                foreach (DType type in Types(backend, shape))
                {
                    TestSequence sequence = Sequence(shape, 200, 0), token = Sequence(shape, 1, 4);
                    using var cache = new TestCache(backend, shape, type, 5);
                    bool inHalves = InHalves(kind, type, shape);
                    float[] y = cache.Step((sequence, 180), (token, 1));
                    foreach (int position in (int[])[0, 4, 5, 63, 64, 65, 100, 179])
                        AssertRow(sequence, position, type, y, position, inHalves);
                    AssertRow(token, 0, type, y, 180);
                    for (int position = 180; position < 183; position++)
                        AssertRow(sequence, position, type, cache.Step(sequence, 1), 0);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_window_over_long_contexts_hides_earlier_keys(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (int window in (int[])[3, 500, 700])
        {
            var shape = new AttentionShape(2, 1, 64, window);
            TestSequence sequence = Sequence(shape, 1201, 0);
            using var cache = new TestCache(backend, shape, DType.F16, 19);
            cache.Store(sequence, 600);
            float[] y = cache.Run(sequence, 1200, 600);
            foreach (int position in (int[])[600, 1011, 1023, 1024, 1199])
                AssertRow(sequence, position, DType.F16, y, position - 600, InHalves(kind, DType.F16, shape));
            AssertRow(sequence, 1200, DType.F16, cache.Step(sequence, 1), 0);
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Pages_before_the_window_are_never_used(TestBackend kind)
    {
        const int Poisoned = 4;
        Backend backend = Open(kind);
        var shape = new AttentionShape(6, 2, 32, Window: 20);
        foreach (DType type in Types(backend, shape))
        {
            using var clean = new TestCache(backend, shape, type, 5, float.NaN);
            using var cache = new TestCache(backend, shape, type, 5, float.NaN);
            TestSequence whole = Sequence(shape, 250, 0), cut = Sequence(shape, 250, 0);
            Assert.Equal(clean.Run(whole, 150, 150), cache.Run(cut, 150, 150));
            cut.Pages[0] = cut.Pages[1] = Poisoned;
            Assert.Equal(clean.Step(whole, 1), cache.Step(cut, 1));
            Assert.Equal(clean.Run(whole, 240, 30), cache.Run(cut, 240, 30));
        }
    }

    // Layers without rotation store and attend to queries and keys as they are, in the fused operation too.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Without_rotation_the_fused_operation_stores_and_attends(TestBackend kind)
    {
        Backend backend = Open(kind);
        var shape = new AttentionShape(4, 2, 64, IsRotated: false);
        foreach (DType type in Types(backend, shape))
        {
            using var expected = new TestCache(backend, shape, type, 2);
            using var fused = new TestCache(backend, shape, type, 2);
            TestSequence sequence = Sequence(shape, 80, 0), same = Sequence(shape, 80, 0);
            using var rope = new RopeTable(backend.Allocate(DType.F32, 80, 32), backend.Allocate(DType.F32, 80, 32));
            foreach (int count in (int[])[70, 1, 1])
            {
                var batch = new Batch(count);
                batch.Append(new int[count], same.Length, same.Pages, rope, Batch.Outputs.None);
                using Guarded qkv = new(backend, count, shape.QkvWidth, same.Rows(same.Length, count).ToArray());
                using Guarded y = new(backend, count, shape.QueryWidth);
                backend.Rope(qkv.Tensor, shape, batch);
                backend.RopeStoreKvAttention(y.Tensor, qkv.Tensor, fused.Kv, shape, batch);
                same.Length += count;
                Assert.Equal(expected.Step(sequence, count), y.Read());
            }
        }
    }

    [Fact]
    public void Bits_are_the_same_everywhere()
    {
        foreach (AttentionShape shape in Shapes.Append(new(4, 2, 64, Window: 50)))
        {
            foreach (DType type in CpuBackend.KvTypes.Where(type => shape.HeadDim % WeightFormat.Of(type).BlockLength == 0))
            {
                AssertSameBits(backend =>
                {
                    TestSequence first = Sequence(shape, 140, 0), second = Sequence(shape, 140, 3);
                    using var cache = new TestCache(backend, shape, type, 6);
                    return
                    [
                        .. cache.Step((first, 70), (second, 3)), .. cache.Step((first, 1), (second, 66)), .. cache.Step(first, 1),
                    ];
                });
            }
        }
    }

    // One sequence with few heads: backends with many threads split its keys.
    [Fact]
    public void Bits_are_the_same_everywhere_over_long_contexts()
    {
        foreach (AttentionShape shape in (AttentionShape[])[new(1, 1, 24), new(4, 2, 64), new(2, 1, 64, Window: 600)])
        {
            AssertSameBits(backend =>
            {
                TestSequence sequence = Sequence(shape, 1100, 0);
                using var cache = new TestCache(backend, shape, DType.F16, 18);
                return [.. cache.Run(sequence, 1000, 700), .. cache.Run(sequence, 1030, 1), .. cache.Run(sequence, 1100, 5)];
            });
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_prompt_may_be_cut_into_any_chunks(TestBackend kind)
    {
        Backend backend = Open(kind);
        // A GPU has a kernel for tokens that come alone, which adds in another order.
        int[] chunks = kind.IsCuda ? [7, 64, 65] : [1, 7, 64, 65, 139];
        foreach (AttentionShape shape in (AttentionShape[])[new(6, 2, 40), new(2, 1, 64), new(6, 2, 40, Window: 30),
            new(2, 1, 64, Window: 70)])
        {
            foreach (DType type in Types(backend, shape))
            {
                float[] whole = Run(shape, type, 140);
                foreach (int chunk in chunks) Assert.Equal(whole, Run(shape, type, chunk));
            }
        }

        float[] Run(AttentionShape shape, DType type, int chunk)
        {
            using var cache = new TestCache(backend, shape, type, 3);
            return cache.Run(Sequence(shape, 140, 0), 140, chunk);
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_sequence_does_not_depend_on_its_batch_or_on_where_its_pages_lie(TestBackend kind)
    {
        Backend backend = Open(kind);
        var shape = new AttentionShape(4, 1, 72);
        TestSequence alone = Sequence(shape, 200, 0);
        using var cache = new TestCache(backend, shape, DType.F32, 4);
        float[] expected = [.. cache.Step(alone, 99), .. cache.Step(alone, 1), .. cache.Step(alone, 100)];

        using var shared = new TestCache(backend, shape, DType.F32, 12);
        var scattered = new TestSequence(shape, 200, 200, s_scattered);
        TestSequence before = Sequence(shape, 30, 0), after = Sequence(shape, 33, 10);
        float[] y =
        [
            .. Part(shared.Step((before, 5), (scattered, 99), (after, 11)), 5, 99),
            .. Part(shared.Step((before, 1), (scattered, 1), (after, 1)), 1, 1),
            .. Part(shared.Step((scattered, 100), (after, 20)), 0, 100),
        ];
        Assert.Equal(expected, y);

        float[] Part(float[] rows, int first, int count) =>
            rows[(first * shape.QueryWidth)..((first + count) * shape.QueryWidth)];
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Positions_after_a_token_are_never_used(TestBackend kind)
    {
        Backend backend = Open(kind);
        var shape = new AttentionShape(6, 2, 32);
        foreach (DType type in Types(backend, shape))
        {
            using var clean = new TestCache(backend, shape, type, 3);
            using var poisoned = new TestCache(backend, shape, type, 3, float.NaN);
            Assert.Equal(clean.Run(Sequence(shape, 150, 0), 150, 37), poisoned.Run(Sequence(shape, 150, 0), 150, 37));
        }
    }

    // A value that is not finite reaches the tokens that see it, and no others.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Non_finite_values_stay_visible(TestBackend kind)
    {
        Backend backend = Open(kind);
        var shape = new AttentionShape(2, 2, 32);
        int[] chunks = kind.IsCuda ? [80] : [80, 7, 1];
        foreach ((DType type, int chunk) in Types(backend, shape).SelectMany(type => chunks.Select(chunk => (type, chunk))))
        {
            foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                foreach (int part in (int[])[0, shape.QueryWidth, shape.QueryWidth + shape.KeyWidth])
                {
                    TestSequence sequence = Sequence(shape, 80, 0);
                    sequence.Qkv[70 * shape.QkvWidth + part + 3] = bad;
                    using var cache = new TestCache(backend, shape, type, 2);
                    float[] y = cache.Run(sequence, 80, chunk);
                    for (int position = 0; position < 80; position++)
                    {
                        bool sees = part == 0 ? position == 70 : position >= 70;
                        ReadOnlySpan<float> head = y.AsSpan(position * shape.QueryWidth, shape.HeadDim);
                        Assert.True(
                            float.IsFinite(y[position * shape.QueryWidth + shape.HeadDim]), "The other head is untouched.");
                        if (!sees) Assert.True(float.IsFinite(head[3]));
                        else if (part != shape.QueryWidth) Assert.False(float.IsFinite(head[3]));
                        else if (float.IsNaN(bad)) Assert.True(float.IsNaN(head[0]));
                    }
                }
            }
        }
    }

    [Fact]
    public void Scores_far_apart_choose_one_value()
    {
        var shape = new AttentionShape(1, 1, 4);
        AssertSameBits(backend =>
        {
            TestSequence sequence = Sequence(shape, 70, 0);
            for (int position = 0; position < 70; position++)
                for (int i = 0; i < 8; i++) sequence.Qkv[position * shape.QkvWidth + i] = position == 5 && i >= 4 ? 1000 : 1;
            using var cache = new TestCache(backend, shape, DType.F32, 2);
            float[] y = cache.Run(sequence, 70, 70);
            Assert.Equal(sequence.Qkv.AsSpan(5 * shape.QkvWidth + 8, 4).ToArray(), y[(69 * 4)..]);
            return y;
        });
    }

    [Fact]
    public void Pages_outside_the_cache_are_refused()
    {
        var shape = new AttentionShape(1, 1, 4);
        Backend backend = Open(TestBackend.All[0]);
        using var cache = new TestCache(backend, shape, DType.F32, 2);
        Assert.Throws<ArgumentException>(() => cache.Step(new TestSequence(shape, 1, 1, [2]), 1));
        Assert.Throws<ArgumentException>(() => cache.Step(new TestSequence(shape, 1, 65, [1]), 65));
    }

    // Those whose blocks fill a head.
    private static IEnumerable<DType> Types(Backend backend, AttentionShape shape) =>
        backend.KvCacheTypes.Where(type => shape.HeadDim % WeightFormat.Of(type).BlockLength == 0);

    private static TestSequence Sequence(AttentionShape shape, int length, int firstPage) =>
        new(shape, length, length, TestSequence.PagesFrom(firstPage, length));

    // Whether several rows of a sequence are computed on tensor cores.
    private static bool InHalves(TestBackend kind, DType type, AttentionShape shape) =>
        kind.IsCuda && AttentionPrefillKernel.Supports(type, shape.HeadDim);

    private static void AssertRow(TestSequence sequence, int position, DType type, float[] y, int row, bool inHalves = false)
    {
        (double[] expected, double[] tolerance) = sequence.Attend(position, type, inHalves);
        Close.Assert(expected, y[(row * expected.Length)..((row + 1) * expected.Length)], i => tolerance[i]);
    }
}

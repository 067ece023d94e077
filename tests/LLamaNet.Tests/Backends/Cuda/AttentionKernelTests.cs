using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// What AttentionContract does not see: every form of the kernels, splits of the keys, and where forms meet in one batch.
public class AttentionKernelTests
{
    // Every kernel of attention_decode, groups that leave heads of a block without work, and several blocks a group.
    public static TheoryData<DType, int, int, int> DecodeForms => new()
    {
        { DType.F16, 2, 2, 64 },
        { DType.F16, 6, 2, 64 },
        { DType.F16, 9, 1, 56 },
        { DType.F16, 2, 2, 80 },
        { DType.F16, 8, 2, 96 },
        { DType.F16, 10, 2, 128 },
        { DType.F16, 1, 1, 136 },
        { DType.F16, 6, 1, 256 },
        { DType.F16, 3, 1, 6 },
        { DType.F16, 5, 5, 254 },
        { DType.F32, 3, 3, 2 },
        { DType.F32, 4, 1, 64 },
        { DType.F32, 2, 1, 250 },
    };

    public static TheoryData<DType, int, int, int> PrefillForms => new()
    {
        { DType.F16, 4, 2, 64 },
        { DType.F16, 2, 2, 80 },
        { DType.F16, 3, 1, 96 },
        { DType.F16, 2, 1, 128 },
        { DType.F16, 1, 1, 256 },
        { DType.F16, 5, 1, 72 },
        { DType.F32, 3, 1, 64 },
    };

    // One step with sequences of every length: of one split, of several, the last of them full, nearly empty, and of more
    // pages each when there are many keys.
    [Theory]
    [MemberData(nameof(DecodeForms))]
    public void One_token_sees_all_keys_before_it(DType type, int heads, int kvHeads, int headDim)
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        var shape = new AttentionShape(heads, kvHeads, headDim);
        int[] lengths = [1, 2, 64, 65, 128, 129, 300];
        AssertTokens(backend, shape, type, lengths);
    }

    [Fact]
    public void Long_contexts_are_cut_into_as_many_splits_and_no_more()
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        AssertTokens(backend, new AttentionShape(4, 1, 16), DType.F16, [32 * 2 * 64, 32 * 2 * 64 + 1, 32 * 3 * 64 - 63]);
    }

    // Prompts from the start and chunks that begin anywhere, a token alone among them, over memory that holds NaN elsewhere.
    [Theory]
    [MemberData(nameof(PrefillForms))]
    public void Tokens_of_a_chunk_see_what_was_before_and_themselves(DType type, int heads, int kvHeads, int headDim)
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        var shape = new AttentionShape(heads, kvHeads, headDim);
        (int First, int Count)[] parts = [(0, 2), (37, 70), (130, 1), (63, 65), (64, 64), (0, 130)];
        TestSequence[] sequences = [.. parts.Select((part, i) => Sequence(shape, part.First + part.Count, 4 * i))];
        using var cache = new TestCache(backend, shape, type, 4 * parts.Length, float.NaN);
        for (int i = 0; i < parts.Length; i++)
            if (parts[i].First > 0) cache.Store(sequences[i], parts[i].First);

        float[] y = cache.Step([.. sequences.Select((sequence, i) => (sequence, parts[i].Count))]);
        bool inHalves = AttentionPrefillKernel.Supports(type, headDim);
        int row = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            for (int token = 0; token < parts[i].Count; token++)
                AssertRow(sequences[i], parts[i].First + token, type, y, row++, inHalves && parts[i].Count > 1);
        }
    }

    [Theory]
    [InlineData(DType.F16, 128)]
    [InlineData(DType.F16, 72)]
    [InlineData(DType.F32, 16)]
    public void A_sequence_in_a_batch_has_the_bits_of_the_sequence_alone(DType type, int headDim)
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        var shape = new AttentionShape(4, 2, headDim);
        float[] alone = Steps(others: false), among = Steps(others: true);
        Assert.Equal(alone, among);

        float[] Steps(bool others)
        {
            TestSequence sequence = Sequence(shape, 212, 0), before = Sequence(shape, 400, 4), after = Sequence(shape, 400, 11);
            using var cache = new TestCache(backend, shape, type, 18);
            var y = new List<float>();
            foreach ((int count, int beside) in ((int, int)[])[(140, 3), (1, 70), (1, 1), (70, 200)])
            {
                float[] step = others ? cache.Step((before, beside), (sequence, count), (after, 1)) : cache.Step(sequence, count);
                int first = others ? beside * shape.QueryWidth : 0;
                y.AddRange(step[first..(first + count * shape.QueryWidth)]);
            }

            return [.. y];
        }
    }

    [Theory]
    [MemberData(nameof(DecodeForms))]
    public void Rotating_storing_and_attending_at_once_is_the_same(DType type, int heads, int kvHeads, int headDim)
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        var shape = new AttentionShape(heads, kvHeads, headDim);
        int half = headDim / 2;
        float[] angles = Values.Normal(300 * half, 2);
        using var rope = new RopeTable(
            backend.Tensor(300, half, [.. angles.Select(MathF.Cos)]), backend.Tensor(300, half, [.. angles.Select(MathF.Sin)]));
        int[] lengths = [1, 65, 129, 192, 300];
        float[] qkv = Values.Normal(lengths.Length * shape.QkvWidth, 5);
        (float[] Y, float[] Keys, float[] Values) apart = Step(atOnce: false), atOnce = Step(atOnce: true);
        Assert.Equal(apart.Y, atOnce.Y);
        Assert.Equal(apart.Keys, atOnce.Keys);
        Assert.Equal(apart.Values, atOnce.Values);
        int launches = AttentionDecodeKernel.TakesRope(type, shape) ? 1 : 2;
        Assert.Equal(launches, gpu.Driver.KernelsRun(type == DType.F16 ? "rope_store_kv_f16" : "rope_store_kv_f32"));

        (float[] Y, float[] Keys, float[] Values) Step(bool atOnce)
        {
            using var cache = new TestCache(backend, shape, type, 16);
            var batch = new Batch(lengths.Length);
            int page = 0;
            foreach (int length in lengths)
            {
                TestSequence sequence = Sequence(shape, length, page);
                page += sequence.Pages.Length;
                if (length > 1) cache.Store(sequence, length - 1);
                batch.Append(new int[1], length - 1, sequence.Pages, rope, Batch.Outputs.None);
            }

            using Tensor rows = backend.Tensor(lengths.Length, shape.QkvWidth, qkv);
            using Guarded y = new(backend, lengths.Length, shape.QueryWidth);
            if (atOnce)
            {
                backend.RopeStoreKvAttention(y.Tensor, rows, cache.Kv, shape, batch);
            }
            else
            {
                backend.RopeStoreKv(cache.Kv, rows, shape, batch);
                backend.Attention(y.Tensor, rows, cache.Kv, shape, batch);
            }

            return (y.Read(), backend.Values(cache.Kv.Keys), backend.Values(cache.Kv.Values));
        }
    }

    [Fact]
    public void Head_sizes_that_no_kernel_takes_are_refused()
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        foreach (int headDim in (int[])[258, 512])
        {
            var shape = new AttentionShape(1, 1, headDim);
            using var cache = new TestCache(backend, shape, DType.F16, 1);
            Assert.Throws<NotSupportedException>(() => cache.Step(Sequence(shape, 1, 0), 1));
        }
    }

    // The next token of sequences that have these lengths with it.
    private static void AssertTokens(Backend backend, AttentionShape shape, DType type, int[] lengths)
    {
        int pages = lengths.Sum(length => TestSequence.PagesFrom(0, length).Length);
        using var cache = new TestCache(backend, shape, type, pages, float.NaN);
        var sequences = new List<TestSequence>();
        int page = 0;
        foreach (int length in lengths)
        {
            TestSequence sequence = Sequence(shape, length, page);
            page += sequence.Pages.Length;
            if (length > 1) cache.Store(sequence, length - 1);
            sequences.Add(sequence);
        }

        float[] y = cache.Step([.. sequences.Select(sequence => (sequence, 1))]);
        for (int i = 0; i < lengths.Length; i++) AssertRow(sequences[i], lengths[i] - 1, type, y, i, inHalves: false);
    }

    private static TestSequence Sequence(AttentionShape shape, int length, int firstPage) =>
        new(shape, length + firstPage, length, TestSequence.PagesFrom(firstPage, length));

    private static void AssertRow(TestSequence sequence, int position, DType type, float[] y, int row, bool inHalves)
    {
        (double[] expected, double[] tolerance) = sequence.Attend(position, type, inHalves);
        Close.Assert(expected, y[(row * expected.Length)..((row + 1) * expected.Length)], i => tolerance[i]);
    }
}

using LLamaNet.Backends;
using LLamaNet.Models;
using LLamaNet.Sampling;

namespace LLamaNet.Tests.Doubles;

// A model whose logits are a hash of the whole context, read back through the page tables from a cache of its own: a wrong
// page, position, token or rotation gives other text.
internal sealed class HashModel : IForwardPass, IDisposable
{
    private readonly (int Token, int Position)[] _slots;
    private readonly List<(RopeTable Table, int PromptLength)> _ropes = [];

    public HashModel(int vocabulary = 97, int cacheTokens = 1024, int maxRows = 64, int maxOutputs = 16)
    {
        Config = TestConfigs.Of(
            width: 8, layers: 0, heads: 1, kvHeads: 1, headDim: 8, ffnWidth: 8, vocabulary: vocabulary, context: cacheTokens);
        Cache = new KvCache(null!, Config, DType.F32, cacheTokens); // no layers: no backend is asked
        MaxRows = maxRows;
        MaxOutputs = maxOutputs;
        _slots = new (int, int)[Cache.PageCount * KvLayer.PageLength];
    }

    public LlamaConfig Config { get; }

    public KvCache Cache { get; }

    public int MaxRows { get; }

    public int MaxOutputs { get; }

    // Runs on the decoding thread at the start of each step, with the step's number from 1.
    public Action<int>? OnForward { get; set; }

    public int Forwards { get; private set; }

    public int ComputedTokens { get; private set; }

    public int MaxSegments { get; private set; }

    // A token after which logits are as given.
    public (int Token, float Logit)? Poison { get; set; }

    // Whether it offers to draw tokens, as a device may.
    public bool CanSample { get; init; }

    public int Draws { get; private set; }

    public bool AllPagesAreFree => Cache.FreePages == Cache.PageCount;

    public RopeTable RopeFor(int promptLength)
    {
        var table = new RopeTable(null!, null!);
        _ropes.Add((table, promptLength));
        return table;
    }

    public void Forward(Batch batch, Span<float> logits, Span<int> drawn)
    {
        Forwards++;
        OnForward?.Invoke(Forwards);
        Assert(batch.Count > 0 && batch.Count <= MaxRows && batch.OutputCount <= MaxOutputs, "the batch is too large");
        ComputedTokens += batch.Count;
        MaxSegments = Math.Max(MaxSegments, batch.Segments.Count);
        foreach (Batch.Segment segment in batch.Segments)
        {
            for (int i = 0; i < segment.Count; i++)
            {
                int position = segment.FirstPosition + i;
                _slots[Slot(segment, position)] = (batch.Tokens[segment.FirstRow + i], position);
            }
        }

        for (int output = 0; output < batch.ReadCount; output++)
            LogitsOf(batch, batch.OutputRows[output], logits.Slice(output * Config.VocabularySize, Config.VocabularySize));
        Assert(CanSample || batch.SampledCount == 0, "tokens cannot be drawn here");
        for (int i = 0; i < batch.SampledCount; i++)
        {
            var row = new float[Config.VocabularySize];
            LogitsOf(batch, batch.OutputRows[batch.ReadCount + i], row);
            drawn[i] = Draw(row, batch.Sampling[i]);
            Draws++;
        }
    }

    private void LogitsOf(Batch batch, int row, Span<float> logits)
    {
        Batch.Segment segment = batch.Segments.Last(s => s.FirstRow <= row);
        var context = new int[segment.FirstPosition + row - segment.FirstRow + 1];
        for (int position = 0; position < context.Length; position++)
        {
            (context[position], int stored) = _slots[Slot(segment, position)];
            Assert(stored == position, "a page holds another position");
        }

        int promptLength = _ropes.Single(rope => ReferenceEquals(rope.Table, segment.Rope)).PromptLength;
        Logits(context, promptLength, logits);
        if (Poison is { } poison && context.Contains(poison.Token)) logits[^1] = poison.Logit;
    }

    private int Draw(ReadOnlySpan<float> logits, SampleParameters parameters)
    {
        var options = new GenerationOptions
        {
            Temperature = parameters.Temperature,
            TopK = parameters.TopK,
            TopP = parameters.TopP,
            MinP = parameters.MinP,
        };
        var sampler = new Sampler(
            new GenerationSettings(options, new(), Config.VocabularySize), parameters.Seed, [],
            new SamplerWorkspace(Config.VocabularySize));
        ReadOnlySpan<float> row = logits[..parameters.Vocabulary];
        return row.ContainsAnyExceptInRange(float.MinValue, float.MaxValue) ? -1 : sampler.Sample(row, (int)parameters.Index);
    }

    public static void Logits(ReadOnlySpan<int> context, int promptLength, Span<float> logits)
    {
        ulong hash = (ulong)promptLength;
        foreach (int token in context) hash = Mix(hash + (ulong)token + 1);
        for (int id = 0; id < logits.Length; id++) logits[id] = (Mix(hash ^ ((ulong)id << 32)) >> 40) * (8f / (1 << 24)) - 4f;
    }

    public void Dispose() => Cache.Dispose();

    // splitmix64's finaliser
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static int Slot(Batch.Segment segment, int position) =>
        segment.Pages[position / KvLayer.PageLength] * KvLayer.PageLength + position % KvLayer.PageLength;

    private static void Assert(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}

namespace LLamaNet.Tokenization.Words;

// How byte-level BPE cuts text into words before it merges: each pattern cuts what the ones before it left whole.
internal sealed class PreTokenizer(params WordPattern[] patterns) : IEquatable<PreTokenizer>
{
    public static readonly PreTokenizer Gpt2 = Of(WordPatterns.Gpt2);
    public static readonly PreTokenizer Llama3 = Of(WordPatterns.Llama3);
    public static readonly PreTokenizer Qwen2 = Of(WordPatterns.Qwen2);

    public WordPattern[] Patterns { get; } = patterns;

    public static PreTokenizer Of(params ReadOnlySpan<string> patterns) =>
        new([.. patterns.ToArray().Select(WordPattern.Parse)]);

    public bool Equals(PreTokenizer? other) => other is not null && Patterns.SequenceEqual(other.Patterns);

    public override bool Equals(object? obj) => Equals(obj as PreTokenizer);

    public override int GetHashCode() => Patterns[0].GetHashCode();
}

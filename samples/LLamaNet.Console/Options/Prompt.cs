namespace LLamaNet.Console.Options;

// What a model reads: a text, or token ids as they are. One of the two.
internal sealed record Prompt(string? Text, IReadOnlyList<int>? Ids, bool ParsesSpecial = false)
{
    // A text gets the special tokens that the tokenizer adds.
    public IReadOnlyList<int> Encode(LlamaModel model) =>
        Ids ?? ModelLoader.TokenizerOf(model).Encode(Text!, addSpecial: true, ParsesSpecial);

    // For messages.
    public override string ToString() => Ids is null ? $"\"{Text}\"" : $"the ids {string.Join(',', Ids)}";
}

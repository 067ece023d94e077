namespace LLamaNet.Tokenization.Normalization;

// What a tokenizer does to text before it cuts it, in order.
internal sealed class TextNormalizer(IReadOnlyList<NormalizerStep> steps)
{
    public string Words => string.Join(", ", steps.Select(step => step.Name));

    // text: well-formed.
    public string Apply(string text)
    {
        foreach (NormalizerStep step in steps) text = step.Apply(text);
        return text;
    }
}

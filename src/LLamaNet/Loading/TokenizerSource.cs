using LLamaNet.Checkpoints;

namespace LLamaNet.Loading;

// The tokenizer that goes with a model, or why there is none: token ids need none, so a model loads without.
internal sealed record TokenizerSource(ModelTokenizer? Tokenizer, string? Problem)
{
    public static TokenizerSource None { get; } =
        new(null, "The model has no tokenizer, so it takes token ids and no text.");

    public static TokenizerSource Of(Checkpoint checkpoint)
    {
        if (!checkpoint.HasVocabulary) return None;
        ModelTokenizer tokenizer;
        try
        {
            tokenizer = checkpoint.ReadTokenizer();
        }
        catch (ModelFormatException exception)
        {
            return new(null, $"The model's tokenizer cannot be used, so it takes token ids and no text: {exception.Message}");
        }

        int rows = checkpoint.Config.VocabularySize, tokens = tokenizer.VocabularySize;
        if (tokens > rows)
        {
            checkpoint.Warnings.Add(
                checkpoint.Path, $"tokenizer: {tokens} tokens, but {rows} embeddings; ids from {rows} on are never produced");
        }

        return new(tokenizer, null);
    }
}

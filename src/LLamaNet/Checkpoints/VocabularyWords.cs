using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints;

// A tokenizer in words, for summaries.
internal static class VocabularyWords
{
    // read: throws ModelFormatException when there is no readable tokenizer.
    public static string Describe(Func<TokenizerVocabulary> read)
    {
        try
        {
            TokenizerVocabulary vocabulary = CheckpointPart.Read(read);
            return $"{vocabulary.KindInWords}, {vocabulary.Pieces.Length} tokens";
        }
        catch (ModelFormatException exception)
        {
            return $"not readable: {exception.Message}";
        }
    }
}

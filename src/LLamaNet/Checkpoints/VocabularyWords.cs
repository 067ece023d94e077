using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
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
            TokenizerVocabulary vocabulary = read();
            string kind = vocabulary.Kind == TokenizerModelKind.SentencePieceBpe
                ? "SentencePiece BPE"
                : $"byte-level BPE ({(vocabulary.PreTokenizer == PreTokenizerKind.Llama3 ? "llama3" : "gpt2")})";
            return $"{kind}, {vocabulary.Pieces.Length} tokens";
        }
        catch (ModelFormatException exception)
        {
            return $"not readable: {exception.Message}";
        }
    }
}

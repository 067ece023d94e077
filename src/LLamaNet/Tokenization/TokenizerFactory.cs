namespace LLamaNet.Tokenization;

// Checks a vocabulary and builds its tokenizer.
internal static class TokenizerFactory
{
    // Throws ModelFormatException, naming sourcePath, when the vocabulary contradicts itself.
    public static LlamaTokenizer Create(TokenizerVocabulary vocabulary, string sourcePath) =>
        throw new NotImplementedException($"{sourcePath} {vocabulary}");
}

using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Files;

// Reads tokenizer.model or tokenizer.json, whichever its bytes are.
internal static class TokenizerFile
{
    // No tokenizer is larger.
    public const long MaxBytes = 256L << 20;

    // Throws ModelFormatException for bytes that are none or are broken.
    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.IsEmpty) throw VocabularyChecks.Error(path, "byte 0", "a tokenizer", "an empty file");
        if (TokenizerJson.Matches(bytes)) return TokenizerJson.Read(bytes, path);
        return TiktokenModel.Matches(bytes) ? TiktokenModel.Read(bytes, path) : SentencePieceModel.Read(bytes, path);
    }
}

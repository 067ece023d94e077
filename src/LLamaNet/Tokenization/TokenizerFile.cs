namespace LLamaNet.Tokenization;

// Reads tokenizer.model or tokenizer.json, whichever its bytes are.
internal static class TokenizerFile
{
    private const long MostBytes = 256L << 20;

    // Throws ModelFormatException for a file that is none or is broken, and what File throws where it cannot be read.
    public static TokenizerVocabulary Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length > MostBytes)
            throw VocabularyChecks.Error(path, "size", $"at most {MostBytes} bytes", $"{file.Length}");
        var bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Read(bytes.AsSpan(0, read), path);
    }

    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.IsEmpty) throw VocabularyChecks.Error(path, "byte 0", "a tokenizer", "an empty file");
        if (TokenizerJson.Matches(bytes)) return TokenizerJson.Read(bytes, path);
        return TiktokenModel.Matches(bytes) ? TiktokenModel.Read(bytes, path) : SentencePieceModel.Read(bytes, path);
    }
}

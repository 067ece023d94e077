namespace LLamaNet.Tokenization;

// Reads Hugging Face's tokenizer.json.
internal static class TokenizerJson
{
    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path) => throw new NotImplementedException(path + bytes.Length);
}

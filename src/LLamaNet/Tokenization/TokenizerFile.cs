namespace LLamaNet.Tokenization;

// Reads tokenizer.model or tokenizer.json, whichever its bytes are.
internal static class TokenizerFile
{
    public static TokenizerVocabulary Read(string path) => throw new NotImplementedException(path);
}

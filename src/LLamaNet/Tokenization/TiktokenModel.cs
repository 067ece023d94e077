namespace LLamaNet.Tokenization;

// Reads LLaMA 3's tokenizer.model (lines of base64 and rank), which Meta's checkpoints hold.
internal static class TiktokenModel
{
    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path) => throw new NotImplementedException(path + bytes.Length);
}

namespace LLamaNet.Tokenization;

// Reads SentencePiece's tokenizer.model (protobuf).
internal static class SentencePieceModel
{
    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path) => throw new NotImplementedException(path + bytes.Length);
}

namespace LLamaNet.Tokenization.Vocabulary;

// Numbered as in SentencePiece and in GGUF's tokenizer.ggml.token_type.
internal enum TokenType : byte
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

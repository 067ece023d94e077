namespace LLamaNet.Tokenization.Files;

internal enum TokenizerModelKind
{
    // Pieces over characters, ▁ for a space: LLaMA 1 and 2. GGUF calls it "llama".
    SentencePieceBpe,

    // Pieces over bytes, written with GPT-2's 256 visible characters: LLaMA 3. GGUF calls it "gpt2".
    ByteLevelBpe,
}

namespace LLamaNet.Tokenization.Merging;

// How byte-level BPE cuts text into words before it merges.
internal enum PreTokenizerKind
{
    Llama3,

    // As LLaMA 3, with each digit a word.
    Qwen2,
    Gpt2,
}

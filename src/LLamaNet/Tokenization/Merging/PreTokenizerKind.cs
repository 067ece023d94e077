namespace LLamaNet.Tokenization.Merging;

// How byte-level BPE cuts text into words before it merges.
internal enum PreTokenizerKind
{
    Llama3,
    Gpt2,
}

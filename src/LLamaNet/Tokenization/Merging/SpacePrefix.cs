namespace LLamaNet.Tokenization.Merging;

// Where SentencePiece BPE puts a space before the text that the text does not have.
internal enum SpacePrefix
{
    Never,

    // Before the text and again after every token matched as a whole: SentencePiece, llama.cpp, Hugging Face "legacy".
    EveryStretch,

    // As EveryStretch, but not before a stretch that begins with a space: Metaspace "always", ByteLevel add_prefix_space.
    EveryStretchWithoutSpace,

    // Only at the very start, and not before a space: Metaspace "first".
    StartWithoutSpace,
}

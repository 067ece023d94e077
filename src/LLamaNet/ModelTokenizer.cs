using Microsoft.ML.Tokenizers;

namespace LLamaNet;

/// <summary>Text to token ids and back, exactly as the model was trained.</summary>
/// <remarks>
/// Thread-safe. Text never becomes a control token unless the caller says that it may. The members inherited from
/// <see cref="Tokenizer"/> serve text splitters: they add no BOS or EOS, never read a control token out of the text, and
/// their offsets count in the text as given.
/// </remarks>
public abstract class ModelTokenizer : Tokenizer
{
    /// <summary>The kind in words: "SentencePiece BPE", "byte-level BPE (llama-bpe)".</summary>
    public abstract string Kind { get; }

    /// <summary>Number of token ids.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The id that begins a sequence, if there is one.</summary>
    public abstract int? BosId { get; }

    /// <summary>The id that ends a sequence, if there is one.</summary>
    public abstract int? EosId { get; }

    /// <summary>Ids that end a generation: end of sequence, end of turn, end of message.</summary>
    public abstract IReadOnlySet<int> EndIds { get; }

    /// <summary>
    /// What the files leave out or say wrongly, and what is taken instead: a line each. Those of a model that was loaded with
    /// the tokenizer are in <see cref="LlamaModel.Warnings"/>.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; internal set; } = [];

    /// <summary>Encodes text.</summary>
    /// <param name="text">Any text; lone surrogates become U+FFFD.</param>
    /// <param name="addSpecial">Add BOS and EOS where the tokenizer's files say so.</param>
    /// <param name="parseSpecial">Whether special tokens written in the text count as such.</param>
    /// <returns>Token ids.</returns>
    public IReadOnlyList<int> Encode(string text, bool addSpecial = true, bool parseSpecial = false) =>
        Encode([new TextSegment(text, parseSpecial)], addSpecial);

    /// <summary>Encodes a text made of trusted and untrusted segments as if it were one.</summary>
    /// <param name="segments">Only special tokens inside a segment that allows them count as such.</param>
    /// <param name="addSpecial">Add BOS and EOS where the tokenizer's files say so.</param>
    /// <returns>Token ids.</returns>
    public abstract IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addSpecial = true);

    /// <summary>Makes a decoder for a stream of ids, which emits whole characters only.</summary>
    /// <param name="keepSpecial">Whether control tokens are written out; otherwise they are skipped.</param>
    /// <param name="continuation">
    /// Whether the ids go on from text that came before. Otherwise a space that opens the stream is dropped where the
    /// tokenizer puts one before every text.
    /// </param>
    /// <returns>A new decoder; not thread-safe.</returns>
    public abstract TokenDecoder CreateDecoder(bool keepSpecial = false, bool continuation = false);

    /// <summary>Gets a token's text as the vocabulary writes it.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The piece, for example "▁the" or "&lt;0x0A&gt;".</returns>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when the id is not in the vocabulary.</exception>
    public abstract string GetPiece(int id);

    /// <summary>Tells whether the id is a control token, which stands for no text.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>True for BOS, EOS and their like, and for the unknown token.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when the id is not in the vocabulary.</exception>
    public abstract bool IsControl(int id);
}

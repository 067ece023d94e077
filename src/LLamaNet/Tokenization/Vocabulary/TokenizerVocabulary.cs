using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Normalization;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Vocabulary;

// What a tokenizer file says, whatever its container. TokenizerFactory checks it and builds the tokenizer.
// Readers of containers that keep the flags elsewhere (tokenizer_config.json, tokenizer.ggml.*) change them using `with`.
internal sealed record TokenizerVocabulary
{
    public required TokenizerModelKind Kind { get; init; }

    // [id], as the vocabulary writes them: "▁the", "<0x0A>", "Ġthe".
    public required string[] Pieces { get; init; }

    // [id]; SentencePiece BPE merges the pair whose result scores highest, the left-most of equals.
    public float[]? Scores { get; init; }

    // [id]
    public required TokenType[] Types { get; init; }

    // Best first; byte-level BPE has them always. SentencePiece BPE has them only where they forbid pairs that
    // the pieces alone would allow.
    public IReadOnlyList<(string Left, string Right)>? Merges { get; init; }

    // tiktoken: pairs are ranked by the id of their result, the left-most of equals, not by their place in Merges.
    public bool RanksByResult { get; init; }

    public PreTokenizer PreTokenizer { get; init; } = PreTokenizer.Gpt2;

    // What is done to text first; null for nothing.
    public TextNormalizer? Normalizer { get; init; }

    public int? BosId { get; init; }

    public int? EosId { get; init; }

    public int? UnknownId { get; init; }

    // Ids that end a generation besides EosId; the factory adds the control tokens known by name (<|eot_id|> and so on).
    public IReadOnlyList<int> ExtraEndIds { get; init; } = [];

    public bool AddBos { get; init; }

    public bool AddEos { get; init; }

    public SpacePrefix SpacePrefix { get; init; }

    // A word that is a piece is taken whole, before any merging: LLaMA 3.
    public bool IgnoreMerges { get; init; }

    // Unknown characters in a row become one unknown token.
    public bool FuseUnknown { get; init; } = true;

    // SentencePiece: characters that are no piece become tokens of their bytes.
    public bool FallsBackToBytes { get; init; } = true;

    // User-defined pieces stand inside the text, as in SentencePiece. Otherwise they cut it, as control tokens do: llama.cpp.
    public bool UserDefinedInText { get; init; }

    // Rules of tokens matched as a whole. Control and user-defined pieces that are not listed have none.
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    // GGUF's "left right"; null where the line is no pair.
    public static (string Left, string Right)? SplitMerge(string line)
    {
        int space = line.IndexOf(' ', Math.Min(1, line.Length));
        return space < 0 || space == line.Length - 1 ? null : (line[..space], line[(space + 1)..]);
    }

    public string KindInWords => Kind == TokenizerModelKind.SentencePieceBpe
        ? "SentencePiece BPE"
        : $"byte-level BPE ({NamedPreTokenizer.Find(PreTokenizer, IgnoreMerges)?.Names[0] ?? "its own pre-tokenizer"})";
}

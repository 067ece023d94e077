using System.Text;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Merging;

// Which pairs of pieces SentencePiece BPE joins: all whose text together is a piece, the one that scores highest first.
internal sealed class SentencePieceMerges
{
    // Real pieces have 16 to 48 characters. Longer ones than this are not made by merging, so that a hostile file cannot
    // make loading slow: the work is quadratic in a piece's length.
    public const int LongestMerged = 512;

    private readonly Dictionary<string, int> _ids = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly List<string> _looseCharacters = [];
    private readonly int _vocabularySize;

    public SentencePieceMerges(TokenizerVocabulary vocabulary, string sourcePath)
    {
        string[] pieces = vocabulary.Pieces;
        _vocabularySize = pieces.Length;
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int id = 0; id < pieces.Length; id++)
        {
            if (!IsText(vocabulary.Types[id]) || pieces[id].Length == 0) continue;
            _ids.TryAdd(pieces[id], id);
            if (IsOneCharacter(pieces[id])) Characters.TryAdd(CodePoint(pieces[id]), id);
        }

        bool spaceOnlyLeads = true;
        foreach ((string piece, int id) in _ids)
        {
            spaceOnlyLeads &= !piece.AsSpan().TrimStart(SentencePieceBpe.Space).Contains(SentencePieceBpe.Space);
            bool isMade = vocabulary.Merges is not null || AddSplits(piece, id, Priority(vocabulary.Scores![id]))
                || IsOneCharacter(piece);
            if (vocabulary.Types[id] == TokenType.Unused && isMade) Table.Unused.Add(id);
        }

        // A step out of use is taken apart as its last pair in the whole text came together, so words must not be cut then.
        WordsAreSeparate = spaceOnlyLeads && Table.Unused.Count == 0;
        if (vocabulary.Merges is not null) AddListed(vocabulary, sourcePath);
    }

    public MergeTable Table { get; } = new();

    // Symbols by code point: the id of the piece that is this character, or a number from the vocabulary's size on for one
    // that only occurs inside pieces.
    public Dictionary<int, int> Characters { get; } = [];

    // [symbol - vocabulary's size]
    public IReadOnlyList<string> LooseCharacters => _looseCharacters;

    public bool WordsAreSeparate { get; }

    // In how many ways two of the pieces join into a third.
    public static int CountSplits(IReadOnlySet<string> pieces)
    {
        int count = 0;
        foreach (string piece in pieces)
        {
            foreach (int cut in Cuts(piece))
            {
                if (pieces.Contains(piece[..cut]) && pieces.Contains(piece[cut..])) count++;
            }
        }

        return count;
    }

    public static bool IsText(TokenType type) => type is TokenType.Normal or TokenType.UserDefined or TokenType.Unused;

    // Whether two pieces or characters join into this one.
    private bool AddSplits(string piece, int id, uint priority)
    {
        bool isAny = false;
        foreach (int cut in Cuts(piece))
        {
            int left = SymbolOf(piece.AsSpan(0, cut));
            if (left < 0) continue;
            int right = SymbolOf(piece.AsSpan(cut));
            if (right < 0) continue;
            Table.Add(left, right, priority, id);
            isAny = true;
        }

        return isAny;
    }

    // A piece ranks where its first merge stands: equal for all pairs that make it, as scores are.
    private void AddListed(TokenizerVocabulary vocabulary, string sourcePath)
    {
        HashSet<string> known = [.. vocabulary.Pieces];
        for (int i = 0; i < vocabulary.Merges!.Count; i++)
        {
            (string left, string right) = vocabulary.Merges[i];
            VocabularyChecks.MergeIsKnown(known, left, right, i, sourcePath);
            if (_ids.TryGetValue(left, out int leftId) && _ids.TryGetValue(right, out int rightId)
                && _ids.TryGetValue(left + right, out int result))
                Table.Add(leftId, rightId, Priority(vocabulary.Scores![result]), result);
        }
    }

    private int SymbolOf(ReadOnlySpan<char> text)
    {
        if (_idsBySpan.TryGetValue(text, out int id)) return id;
        if (!IsOneCharacter(text)) return PieceMerger.NoSymbol;
        int codePoint = CodePoint(text);
        if (Characters.TryGetValue(codePoint, out int symbol)) return symbol;

        symbol = _vocabularySize + _looseCharacters.Count;
        _looseCharacters.Add(text.ToString());
        Characters.Add(codePoint, symbol);
        return symbol;
    }

    // Where the piece can be cut in two without cutting a character.
    private static IEnumerable<int> Cuts(string piece)
    {
        if (piece.Length > LongestMerged) yield break;
        for (int cut = 1; cut < piece.Length; cut++)
        {
            if (!char.IsLowSurrogate(piece[cut])) yield return cut;
        }
    }

    private static bool IsOneCharacter(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out _, out int length) == default && length == text.Length;

    private static int CodePoint(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out Rune rune, out _);
        return rune.Value;
    }

    // Descending order of scores as ascending unsigned integers: the bits of a float sort like the number, once negative
    // ones are inverted and the sign bit of the others is set. Adding zero makes -0 and 0 the same.
    private static uint Priority(float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return ~((bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000);
    }
}

using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization;

// What both families share: tokens matched as a whole, segments, BOS and EOS, ids and their texts.
internal abstract partial class PieceTokenizer : ModelTokenizer
{
    private readonly AddedTokenMatcher _added;
    private readonly FrozenSet<int> _endIds;
    private readonly MergeTable _merges;

    // The vocabulary was checked; addedTokens holds every token that is matched as a whole.
    protected PieceTokenizer(
        TokenizerVocabulary vocabulary, MergeTable merges, IEnumerable<AddedToken> addedTokens, IEnumerable<int> endIds)
    {
        Vocabulary = vocabulary;
        _merges = merges;
        _added = new(addedTokens);
        _endIds = endIds.ToFrozenSet();
    }

    public TokenizerVocabulary Vocabulary { get; }

    public abstract TokenTexts Texts { get; }

    public sealed override int VocabularySize => Vocabulary.Pieces.Length;

    public sealed override int? BosId => Vocabulary.BosId;

    public sealed override int? EosId => Vocabulary.EosId;

    public sealed override IReadOnlySet<int> EndIds => _endIds;

    public sealed override IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var tokens = new TokenBuffer(withRanges: false);
        if (addSpecial && Vocabulary is { AddBos: true, BosId: { } bos }) tokens.Add(bos, 0, 0);

        var trust = new (int End, bool AllowSpecial)[segments.Count];
        int length = 0;
        for (int i = 0; i < trust.Length; i++) trust[i] = (length += segments[i].Text.Length, segments[i].AllowSpecial);
        string text = segments.Count == 1 ? segments[0].Text : string.Concat(segments.Select(s => s.Text));
        EncodeText(text, trust, tokens);

        if (addSpecial && Vocabulary is { AddEos: true, EosId: { } eos }) tokens.Add(eos, length, length);
        return tokens.Ids;
    }

    public sealed override TokenDecoder CreateDecoder(bool keepSpecial = false, bool continuation = false) =>
        new StreamingDecoder(this, keepSpecial, dropSpace: !continuation && DropsFirstSpace);

    public sealed override string GetPiece(int id)
    {
        CheckId(id);
        return Vocabulary.Pieces[id];
    }

    public sealed override bool IsControl(int id)
    {
        CheckId(id);
        return Vocabulary.Types[id] is TokenType.Control or TokenType.Unknown;
    }

    // What stands for text that has no token. A control token and one that ends a text never do.
    protected int? UsableUnknownId =>
        Vocabulary.UnknownId is { } id && Vocabulary.Types[id] != TokenType.Control && id != BosId && !_endIds.Contains(id)
            ? id
            : null;

    protected abstract bool DropsFirstSpace { get; }

    // Text without tokens that are matched as a whole; never empty. offset: where it begins in the whole text.
    protected abstract void EncodeStretch(
        ReadOnlySpan<char> stretch, int offset, bool spacePrefix, PieceMerger merger, TokenBuffer tokens);

    // trust: the ends of the segments, the last one the text's, and whether special tokens count inside each.
    private void EncodeText(ReadOnlySpan<char> raw, ReadOnlySpan<(int End, bool AllowSpecial)> trust, TokenBuffer tokens)
    {
        ReadOnlySpan<char> text = WellFormedText.From(raw);
        var merger = new PieceMerger(_merges);
        int stretch = 0;
        int segment = 0;
        int at = 0;
        while ((at = _added.NextCandidate(text, at)) >= 0)
        {
            while (trust[segment].End <= at) segment++;
            AddedToken? token = _added.LongestAt(text, at, trust[segment].AllowSpecial ? trust[segment].End : at);
            if (token is null)
            {
                at++;
                continue;
            }

            int end = at + token.Content.Length;
            if (token.SingleWord && (EndsWithWord(text[..at]) || BeginsWithWord(text[end..])))
            {
                at = end;
                continue;
            }

            int left = at;
            if (token.LeftStrip) left = stretch + text[stretch..at].TrimEnd().Length;
            EncodeStretch(text, stretch, left, merger, tokens);
            tokens.Add(token.Id, at, end);
            if (token.RightStrip) end = text.Length - text[end..].TrimStart().Length;
            stretch = at = end;
        }

        EncodeStretch(text, stretch, text.Length, merger, tokens);
    }

    private void EncodeStretch(ReadOnlySpan<char> text, int start, int end, PieceMerger merger, TokenBuffer tokens)
    {
        if (start == end) return;
        ReadOnlySpan<char> stretch = text[start..end];
        int first = tokens.Ids.Count;
        bool isChanged = Vocabulary.Normalizer?.Apply(stretch.ToString()) is { } normalized
            && !stretch.SequenceEqual(stretch = normalized);
        if (stretch.IsEmpty) return;
        bool opensWithSpace = stretch[0] is ' ' or SentencePieceBpe.Space;
        bool spacePrefix = Vocabulary.SpacePrefix switch
        {
            SpacePrefix.EveryStretch => true,
            SpacePrefix.EveryStretchWithoutSpace => !opensWithSpace,
            SpacePrefix.StartWithoutSpace => start == 0 && !opensWithSpace,
            _ => false,
        };
        EncodeStretch(stretch, start, spacePrefix, merger, tokens);
        // Which characters of the text became which of the stretch is not kept.
        if (isChanged) tokens.Cover(first, start, end);
    }

    private void CheckId(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
    }

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeFromUtf16(text, out Rune rune, out _) == default && IsWord(rune);

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeLastFromUtf16(text, out Rune rune, out _) == default && IsWord(rune);

    // \w of Unicode regular expressions.
    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.LetterNumber or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}

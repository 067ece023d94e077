using System.Text;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Merging;

// SentencePiece BPE over characters. ▁ stands for a space; a character that is no piece becomes its UTF-8 bytes where the
// vocabulary has them, otherwise the unknown token, or nothing where there is none.
internal sealed class SentencePieceBpe : PieceTokenizer
{
    public const char Space = '▁';

    // From code point to symbol.
    private readonly Dictionary<int, int> _symbols;
    private readonly IReadOnlyList<string> _looseCharacters;
    private readonly int[] _asciiSymbols = new int[128];
    // [byte]; -1 where the vocabulary has no such token.
    private readonly int[] _byteIds;
    // No piece has ▁ behind another character, so nothing joins across the beginning of a word.
    private readonly bool _wordsAreSeparate;
    private readonly AddedTokenMatcher _userDefined;
    private readonly bool _hasUserDefined;
    private readonly int? _unknown;

    // userDefined: pieces that are matched inside the text and join with nothing.
    public SentencePieceBpe(
        TokenizerVocabulary vocabulary, SentencePieceMerges merges, IEnumerable<AddedToken> addedTokens,
        IReadOnlyCollection<AddedToken> userDefined, IEnumerable<int> endIds)
        : base(vocabulary, merges.Table, addedTokens, endIds)
    {
        _symbols = merges.Characters;
        _looseCharacters = merges.LooseCharacters;
        _unknown = UsableUnknownId;
        _wordsAreSeparate = merges.WordsAreSeparate;
        _userDefined = new(userDefined);
        _hasUserDefined = userDefined.Count > 0;
        for (int c = 0; c < _asciiSymbols.Length; c++) _asciiSymbols[c] = _symbols.GetValueOrDefault(c, PieceMerger.NoSymbol);
        _asciiSymbols[' '] = _symbols.GetValueOrDefault(Space, PieceMerger.NoSymbol);

        _byteIds = new int[256];
        Array.Fill(_byteIds, -1);
        for (int id = vocabulary.Pieces.Length - 1; id >= 0; id--)
        {
            if (vocabulary.Types[id] == TokenType.Byte && ByteToken.TryParse(vocabulary.Pieces[id], out byte value))
                _byteIds[value] = id;
        }

        Texts = new(vocabulary.Pieces.Length, AppendText);
    }

    public override string Kind => "SentencePiece BPE";

    public override TokenTexts Texts { get; }

    protected override bool DropsFirstSpace => Vocabulary.SpacePrefix != SpacePrefix.Never;

    protected override void EncodeStretch(
        ReadOnlySpan<char> stretch, int offset, bool spacePrefix, PieceMerger merger, TokenBuffer tokens)
    {
        if (!_hasUserDefined)
        {
            EncodePlain(stretch, offset, spacePrefix, merger, tokens);
            return;
        }

        // Pieces are matched where spaces are ▁ already, and one may begin with the space before the text.
        ReadOnlySpan<char> text = (spacePrefix ? $"{Space}{stretch}" : stretch.ToString()).Replace(' ', Space);
        int prefix = text.Length - stretch.Length, plain = 0;
        for (int at = 0; (at = _userDefined.NextCandidate(text, at)) >= 0;)
        {
            if (_userDefined.LongestAt(text, at, specialEnd: 0) is not { } token)
            {
                at++;
                continue;
            }

            EncodeBetween(text[plain..at], plain, merger, tokens);
            int end = at + token.Content.Length;
            tokens.Add(token.Id, offset + Math.Max(0, at - prefix), offset + end - prefix);
            plain = at = end;
        }

        EncodeBetween(text[plain..], plain, merger, tokens);

        void EncodeBetween(ReadOnlySpan<char> part, int start, PieceMerger merger, TokenBuffer tokens)
        {
            bool opens = spacePrefix && start == 0 && !part.IsEmpty;
            EncodePlain(opens ? part[1..] : part, offset + Math.Max(0, start - prefix), opens, merger, tokens);
        }
    }

    // Text without user-defined pieces.
    private void EncodePlain(ReadOnlySpan<char> stretch, int offset, bool spacePrefix, PieceMerger merger, TokenBuffer tokens)
    {
        bool inUnknown = false;
        merger.Clear();
        if (spacePrefix) merger.Add(_asciiSymbols[' '], 0);
        bool afterSpace = spacePrefix;
        for (int at = 0; at < stretch.Length;)
        {
            int symbol;
            int length = 1;
            char c = stretch[at];
            bool isSpace = c is ' ' or Space;
            if (c < _asciiSymbols.Length)
            {
                symbol = _asciiSymbols[c];
            }
            else
            {
                Rune.DecodeFromUtf16(stretch[at..], out Rune rune, out length);
                symbol = _symbols.GetValueOrDefault(rune.Value, PieceMerger.NoSymbol);
            }

            if (_wordsAreSeparate && isSpace && !afterSpace)
                EmitWord(stretch, at, offset, merger, tokens, ref inUnknown);
            merger.Add(symbol, at);
            afterSpace = isSpace;
            at += length;
        }

        EmitWord(stretch, stretch.Length, offset, merger, tokens, ref inUnknown);
    }

    private void EmitWord(
        ReadOnlySpan<char> stretch, int wordEnd, int offset, PieceMerger merger, TokenBuffer tokens, ref bool inUnknown)
    {
        if (merger.Count == 0) return;
        merger.Merge();
        for (int index = 0; index >= 0;)
        {
            (int symbol, int start, int next) = merger.Read(index);
            int end = next < 0 ? wordEnd : merger.StartOf(next);
            if ((uint)symbol < (uint)VocabularySize)
            {
                EmitPiece(symbol, offset + start, offset + end, merger, tokens);
                inUnknown = false;
            }
            else
            {
                EmitUnknown(stretch[start..end], offset + start, tokens, ref inUnknown);
            }

            index = next;
        }

        merger.Clear();
    }

    // A piece out of use served as a step on the way only: it is taken apart again.
    private void EmitPiece(int id, int start, int end, PieceMerger merger, TokenBuffer tokens)
    {
        if (!merger.TryGetParts(id, out (int Left, int Right) parts))
        {
            tokens.Add(id, start, end);
            return;
        }

        foreach (int part in (ReadOnlySpan<int>)[parts.Left, parts.Right])
        {
            bool inUnknown = false;
            if (part < VocabularySize) EmitPiece(part, start, end, merger, tokens);
            else EmitUnknown(_looseCharacters[part - VocabularySize], start, tokens, ref inUnknown);
        }
    }

    // character: one character, or nothing for the space before the text.
    private void EmitUnknown(ReadOnlySpan<char> character, int start, TokenBuffer tokens, ref bool inUnknown)
    {
        Span<byte> bytes = stackalloc byte[4];
        ReadOnlySpan<char> escaped = character is "" or " " ? [Space] : character;
        bytes = bytes[..Encoding.UTF8.GetBytes(escaped, bytes)];
        int end = start + character.Length;

        bool haveAllBytes = true;
        foreach (byte value in bytes) haveAllBytes &= _byteIds[value] >= 0;
        if (haveAllBytes)
        {
            foreach (byte value in bytes) tokens.Add(_byteIds[value], start, end);
            inUnknown = false;
            return;
        }

        if (inUnknown && Vocabulary.FuseUnknown) tokens.ExtendLast(end);
        else if (_unknown is { } unknown) tokens.Add(unknown, start, end);
        inUnknown = _unknown is not null;
    }

    private void AppendText(int id, List<byte> bytes)
    {
        string piece = Vocabulary.Pieces[id];
        switch (Vocabulary.Types[id])
        {
            case TokenType.Byte when ByteToken.TryParse(piece, out byte value):
                bytes.Add(value);
                break;
            case TokenType.Control or TokenType.Unknown:
                bytes.AddRange(Encoding.UTF8.GetBytes(piece));
                break;
            default:
                bytes.AddRange(Encoding.UTF8.GetBytes(piece.Replace(Space, ' ')));
                break;
        }
    }
}

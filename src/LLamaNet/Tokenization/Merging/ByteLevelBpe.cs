using System.Buffers;
using System.Text;
using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Merging;

// Byte-level BPE: text is cut into words, each word's UTF-8 bytes are merged. Bytes that the vocabulary lacks become the
// unknown token. Where there is none, or it is a control token, they vanish before merging, so that their neighbors may
// join: as in Hugging Face's tokenizers.
internal sealed class ByteLevelBpe : PieceTokenizer
{
    private const int StackBytes = 256;

    private readonly int[] _byteSymbols;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly int _longestPiece;
    private readonly int? _unknown;

    public ByteLevelBpe(
        TokenizerVocabulary vocabulary, ByteLevelMerges merges, IEnumerable<AddedToken> addedTokens, IEnumerable<int> endIds)
        : base(vocabulary, merges.Table, addedTokens, endIds)
    {
        _byteSymbols = merges.Bytes;
        _unknown = UsableUnknownId;
        _ids = merges.Ids.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string piece in merges.Ids.Keys) _longestPiece = Math.Max(_longestPiece, piece.Length);
        Texts = new(vocabulary.Pieces.Length, AppendText);
    }

    public override string Kind => Vocabulary.KindInWords;

    public override TokenTexts Texts { get; }

    protected override bool DropsFirstSpace => false;

    protected override void EncodeStretch(
        ReadOnlySpan<char> stretch, int offset, bool spacePrefix, PieceMerger merger, TokenBuffer tokens)
    {
        ReadOnlySpan<char> text = spacePrefix ? (char[])[' ', .. stretch] : stretch;
        // Where a place in `text` is in the whole text; the space before the text is nowhere.
        int origin = offset - (text.Length - stretch.Length);
        Span<int> memory = stackalloc int[WordScanner.MemoryOf(Vocabulary.PreTokenizer)];
        memory.Clear();
        var words = new WordScanner(Vocabulary.PreTokenizer, text, memory);
        while (words.TryNext(out int start, out int end))
            EncodeWord(text[start..end], origin + start, Math.Max(offset, origin + start), merger, tokens);
    }

    // offset: where the word begins in the whole text, one too early if it has the space before the text; lowest: the
    // smallest place that a range may give.
    private void EncodeWord(ReadOnlySpan<char> word, int offset, int lowest, PieceMerger merger, TokenBuffer tokens)
    {
        int capacity = Encoding.UTF8.GetMaxByteCount(word.Length);
        byte[]? rented = capacity > StackBytes ? ArrayPool<byte>.Shared.Rent(capacity) : null;
        Span<byte> bytes = rented ?? stackalloc byte[StackBytes];
        bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];

        if (Vocabulary.IgnoreMerges && TryFind(bytes, out int whole)) tokens.Add(whole, lowest, offset + word.Length);
        else MergeWord(word, bytes, offset, lowest, merger, tokens);

        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    private bool TryFind(ReadOnlySpan<byte> bytes, out int id)
    {
        id = -1;
        if (bytes.Length > _longestPiece) return false;
        char[]? rented = bytes.Length > StackBytes ? ArrayPool<char>.Shared.Rent(bytes.Length) : null;
        Span<char> written = rented ?? stackalloc char[StackBytes];
        for (int i = 0; i < bytes.Length; i++) written[i] = ByteAlphabet.CharacterOf(bytes[i]);
        bool found = _ids.TryGetValue(written[..bytes.Length], out id);
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return found;
    }

    private void MergeWord(
        ReadOnlySpan<char> word, ReadOnlySpan<byte> bytes, int offset, int lowest, PieceMerger merger, TokenBuffer tokens)
    {
        merger.Clear();
        for (int i = 0; i < bytes.Length; i++)
        {
            int symbol = _byteSymbols[bytes[i]];
            if (symbol >= 0 || _unknown is not null) merger.Add(symbol, i);
        }

        if (merger.Count == 0) return;
        merger.Merge();

        var characters = new CharacterRanges(word);
        bool inUnknown = false;
        for (int index = 0; index >= 0;)
        {
            (int symbol, int firstByte, int next) = merger.Read(index);
            index = next;
            int endByte = next < 0 ? bytes.Length : merger.StartOf(next);
            (int start, int end) = tokens.HasRanges ? characters.Covering(firstByte, endByte) : default;
            (start, end) = (Math.Max(lowest, offset + start), Math.Max(lowest, offset + end));
            bool isUnknown = symbol < 0;
            if (!isUnknown) tokens.Add(symbol, start, end);
            else if (inUnknown && Vocabulary.FuseUnknown) tokens.ExtendLast(end);
            else tokens.Add(_unknown!.Value, start, end);
            inUnknown = isUnknown;
        }
    }

    private void AppendText(int id, List<byte> bytes)
    {
        if (Vocabulary.Types[id] is TokenType.Normal or TokenType.Unused) ByteAlphabet.AppendBytes(Vocabulary.Pieces[id], bytes);
        else bytes.AddRange(Encoding.UTF8.GetBytes(Vocabulary.Pieces[id]));
    }
}

using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Merging;

// The merges of byte-level BPE, by rank.
internal sealed class ByteLevelMerges
{
    public ByteLevelMerges(TokenizerVocabulary vocabulary, string sourcePath)
    {
        for (int id = 0; id < vocabulary.Pieces.Length; id++)
        {
            if (SentencePieceMerges.IsText(vocabulary.Types[id])) Ids.TryAdd(vocabulary.Pieces[id], id);
        }

        for (int value = 0; value < 256; value++)
        {
            string character = ByteAlphabet.CharacterOf((byte)value).ToString();
            Bytes[value] = Ids.TryGetValue(character, out int id) ? id : PieceMerger.NoSymbol;
        }

        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> bySpan = Ids.GetAlternateLookup<ReadOnlySpan<char>>();
        HashSet<string>? known = null;
        char[] joined = [];
        for (int rank = 0; rank < vocabulary.Merges!.Count; rank++)
        {
            (string left, string right) = vocabulary.Merges[rank];
            int length = left.Length + right.Length;
            if (joined.Length < length) joined = new char[2 * length];
            left.CopyTo(joined);
            right.CopyTo(joined.AsSpan(left.Length));
            if (!Ids.TryGetValue(left, out int leftId) || !Ids.TryGetValue(right, out int rightId)
                || !bySpan.TryGetValue(joined.AsSpan(0, length), out int result))
            {
                // A control token may be written as a piece that text would merge into: text never becomes it.
                VocabularyChecks.MergeIsKnown(known ??= [.. vocabulary.Pieces], left, right, rank, sourcePath);
                continue;
            }

            Table.Add(leftId, rightId, (uint)(vocabulary.RanksByResult ? result : rank), result);
        }
    }

    public MergeTable Table { get; } = new();

    // Tokens that text can become, by how the vocabulary writes them.
    public Dictionary<string, int> Ids { get; } = [];

    // [byte]: the symbol a byte starts as.
    public int[] Bytes { get; } = new int[256];
}

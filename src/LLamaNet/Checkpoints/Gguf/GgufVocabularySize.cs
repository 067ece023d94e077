using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.Gguf;

// llama.cpp takes as many tokens as the embedding has rows. Its converter fills up a smaller vocabulary in the same way, and
// leaves out ids that have no row.
internal static class GgufVocabularySize
{
    private const float PaddingScore = -10000;

    public static TokenizerVocabulary Fit(TokenizerVocabulary vocabulary, int rows, string path, LoadWarnings warnings)
    {
        int count = vocabulary.Pieces.Length;
        if (count == rows) return vocabulary;
        if (count > rows)
            warnings.Add(path, $"tokenizer: ids from {rows} to {count - 1} have no embeddings, so they are left out");
        string[] pieces = Resize(vocabulary.Pieces, rows, id => $"[PAD{id}]");
        HashSet<string> known = [.. pieces];
        return vocabulary with
        {
            Pieces = pieces,
            Types = Resize(vocabulary.Types, rows, _ => TokenType.Unused),
            Scores = vocabulary.Scores is { } scores ? Resize(scores, rows, _ => PaddingScore) : null,
            Merges = count < rows ? vocabulary.Merges : vocabulary.Merges?.Where(IsKnown).ToArray(),
            BosId = Within(vocabulary.BosId),
            EosId = Within(vocabulary.EosId),
            UnknownId = Within(vocabulary.UnknownId),
            ExtraEndIds = [.. vocabulary.ExtraEndIds.Where(id => id < rows)],
            AddedTokens = [.. vocabulary.AddedTokens.Where(token => token.Id < rows)],
        };

        bool IsKnown((string Left, string Right) merge) =>
            known.Contains(merge.Left) && known.Contains(merge.Right) && known.Contains(merge.Left + merge.Right);

        int? Within(int? id) => id < rows ? id : null;
    }

    private static T[] Resize<T>(T[] values, int count, Func<int, T> missing) =>
        [.. values.Take(count), .. Enumerable.Range(0, count).Skip(values.Length).Select(missing)];
}

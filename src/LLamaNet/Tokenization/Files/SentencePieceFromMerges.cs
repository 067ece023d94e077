using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Files;

// tokenizer.json gives SentencePiece's scores as the order of merges.
internal static class SentencePieceFromMerges
{
    // A piece scores by where the first merge that makes it stands. SentencePiece joins any two pieces whose text together is
    // a piece: where the merges list all such pairs, as those converted from tokenizer.model do, they say no more than the
    // scores and are dropped; otherwise they stay and forbid the others.
    public static TokenizerVocabulary WithScores(TokenizerVocabulary vocabulary)
    {
        IReadOnlyList<(string Left, string Right)> merges = vocabulary.Merges!;
        var ranks = new Dictionary<string, int>();
        var distinct = new HashSet<(string Left, string Right)>();
        for (int i = 0; i < merges.Count; i++)
        {
            ranks.TryAdd(merges[i].Left + merges[i].Right, i);
            distinct.Add(merges[i]);
        }

        var scores = new float[vocabulary.Pieces.Length];
        var text = new HashSet<string>();
        for (int id = 0; id < scores.Length; id++)
        {
            string piece = vocabulary.Pieces[id];
            // Never made by merging: characters and tokens matched as a whole.
            scores[id] = -ranks.GetValueOrDefault(piece, merges.Count);
            if (SentencePieceMerges.IsText(vocabulary.Types[id])) text.Add(piece);
        }

        distinct.RemoveWhere(m => !text.Contains(m.Left) || !text.Contains(m.Right) || !text.Contains(m.Left + m.Right));
        bool listsAll = distinct.Count == merges.Count && distinct.Count == SentencePieceMerges.CountSplits(text);
        return vocabulary with { Scores = scores, Merges = listsAll ? null : merges };
    }
}

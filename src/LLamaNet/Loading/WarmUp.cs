using LLamaNet.Backends;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// Throw-away steps, so that a device compiles its kernels before the first request.
internal static class WarmUp
{
    // Runs steps of these numbers of tokens, with and without drawing. rows: from the most to the fewest.
    public static void Run(Transformer transformer, IReadOnlyList<int> rows)
    {
        if (rows.Count == 0) return;
        RopeTable rope = transformer.RopeFor(promptLength: 0);
        int maxRows = Math.Min(transformer.MaxRows, rope.Cosines.Rows);
        int tokens = Math.Min(rows[0], maxRows);
        var sequence = new KvSequence(tokens);
        transformer.Cache.TryExtend(sequence, tokens);
        int vocabulary = transformer.Config.VocabularySize;
        var batch = new Batch(tokens);
        var logits = new float[vocabulary];
        var drawn = new int[1];
        // A device records a form of step when it comes for the second time.
        foreach (int count in (int[])[.. rows.Select(count => Math.Min(count, maxRows)), 1])
        {
            Run(null);
            if (transformer.CanSample)
                Run(new SampleParameters(Seed: 0, Index: 0, Temperature: 1, TopP: 1, MinP: 0, TopK: 0, vocabulary));

            void Run(SampleParameters? sampling)
            {
                batch.Clear();
                batch.Append(new int[count], 0, sequence.Pages, rope, Batch.Outputs.Last, sampling);
                transformer.Forward(batch, logits, drawn);
            }
        }

        transformer.Cache.Release(sequence);
    }
}

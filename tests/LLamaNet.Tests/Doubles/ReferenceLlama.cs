using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;

namespace LLamaNet.Tests.Doubles;

// The forward pass of every architecture in double precision, one sequence from its first token, with nothing clever: the oracle
// of models whose weights a test makes or reads. Matrices are [outputs][inputs], as the files have them; pairing: the files'.
internal sealed class ReferenceLlama(LlamaConfig config, Func<TensorId, double[][]> weight, RopePairing pairing)
{
    // Returns logits [position][token id].
    public double[][] Forward(int[] tokens)
    {
        double[] frequencies = ReferenceRope.Frequencies(config, tokens.Length);
        double residual = config.ResidualMultiplier;
        double[][] embedding = weight(new(TensorRole.Embedding));
        double[][] x = [.. tokens.Select(token => Scaled(embedding[token], config.EmbeddingMultiplier))];
        for (int layer = 0; layer < config.Layers; layer++)
        {
            double[][] attended = Attend(x, layer, frequencies);
            for (int t = 0; t < x.Length; t++)
            {
                double[] projected = Product(TensorRole.AttentionOutput, layer, config.AttentionOutputBias, attended[t]);
                x[t] = Sum(x[t], Scaled(projected, residual));
                double[] normed = Norm(x[t], weight(new(TensorRole.FfnNorm, layer))[0]);
                double[] gate = Product(TensorRole.Gate, layer, config.FfnBias, normed);
                double[] up = Product(TensorRole.Up, layer, config.FfnBias, normed);
                double[] hidden = [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)];
                x[t] = Sum(x[t], Scaled(Product(TensorRole.Down, layer, config.FfnBias, hidden), residual));
            }
        }

        double[][] output = config.TiedEmbeddings ? embedding : weight(new(TensorRole.Output));
        double[] gain = weight(new(TensorRole.OutputNorm))[0];
        return [.. x.Select(row => Scaled(Times(output, Norm(row, gain)), 1 / (double)config.LogitsDivisor))];
    }

    private double[][] Attend(double[][] x, int layer, double[] frequencies)
    {
        int headDim = config.HeadDim, group = config.Heads / config.KvHeads;
        int? window = config.FullAttentionLayers.Contains(layer) ? null : config.SlidingWindow;
        double scale = config.AttentionMultiplier ?? 1 / Math.Sqrt(headDim);
        double[][] normed = [.. x.Select(row => Norm(row, weight(new(TensorRole.AttentionNorm, layer))[0]))];
        double[][] q = [.. normed.Select((row, t) => Head(TensorRole.Query, TensorRole.QueryNorm, layer, row, t, frequencies))];
        double[][] k = [.. normed.Select((row, t) => Head(TensorRole.Key, TensorRole.KeyNorm, layer, row, t, frequencies))];
        double[][] v = [.. normed.Select(row => Product(TensorRole.Value, layer, config.QkvBias, row))];
        var result = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            result[t] = new double[config.Heads * headDim];
            int first = window is { } positions ? Math.Max(0, t + 1 - positions) : 0;
            for (int head = 0; head < config.Heads; head++)
            {
                int own = head * headDim, shared = head / group * headDim;
                double[] scores = [.. Enumerable.Range(first, t + 1 - first).Select(past =>
                    Enumerable.Range(0, headDim).Sum(i => q[t][own + i] * k[past][shared + i]) * scale)];
                double largest = scores.Max();
                double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
                double total = weights.Sum();
                for (int past = first; past <= t; past++)
                    for (int i = 0; i < headDim; i++) result[t][own + i] += weights[past - first] / total * v[past][shared + i];
            }
        }

        return result;
    }

    // Queries or keys of one token: product, norm of each head, rotation.
    private double[] Head(TensorRole role, TensorRole norm, int layer, double[] x, int position, double[] frequencies)
    {
        double[] row = Product(role, layer, config.QkvBias, x);
        if (config.QueryKeyNorm)
            row = [.. row.Chunk(config.HeadDim).SelectMany(head => Norm(head, weight(new(norm, layer))[0]))];
        if (config.UnrotatedLayers.Contains(layer)) return row;

        double factor = ReferenceRope.Factor(config);
        for (int start = 0; start < row.Length; start += config.HeadDim)
        {
            for (int i = 0; i < frequencies.Length; i++)
            {
                bool isSplit = pairing == RopePairing.SplitHalves;
                int first = start + (isSplit ? i : 2 * i), second = isSplit ? first + frequencies.Length : first + 1;
                double cosine = Math.Cos(position * frequencies[i]) * factor, sine = Math.Sin(position * frequencies[i]) * factor;
                (row[first], row[second]) = (row[first] * cosine - row[second] * sine, row[second] * cosine + row[first] * sine);
            }
        }

        return row;
    }

    private double[] Product(TensorRole role, int layer, bool hasBias, double[] x)
    {
        double[] y = Times(weight(new(role, layer)), x);
        return hasBias ? Sum(y, weight(new(role, layer, IsBias: true))[0]) : y;
    }

    private double[] Norm(double[] x, double[] gain)
    {
        double scale = 1 / Math.Sqrt(x.Sum(v => v * v) / x.Length + config.RmsNormEpsilon);
        return [.. x.Zip(gain, (v, g) => v * scale * g)];
    }

    private static double[] Times(double[][] matrix, double[] x)
    {
        var y = new double[matrix.Length];
        for (int row = 0; row < y.Length; row++)
            for (int i = 0; i < x.Length; i++) y[row] += matrix[row][i] * x[i];
        return y;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[] Scaled(double[] a, double factor) => [.. a.Select(x => x * factor)];
}

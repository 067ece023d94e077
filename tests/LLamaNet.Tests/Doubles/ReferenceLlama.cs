namespace LLamaNet.Tests.Doubles;

// The LLaMA forward pass in double precision, one sequence from its first token, with nothing clever: the oracle of
// models whose weights a test makes. Matrices are [outputs][inputs]; rotary pairs are split halves.
internal sealed class ReferenceLlama(LlamaConfig config, Func<string, double[][]> weight, double[][] angles, double ropeFactor)
{
    // Returns logits [position][token id]. angles[p][i]: rotation of pair i at position p.
    public double[][] Forward(int[] tokens)
    {
        double[][] x = [.. tokens.Select(token => (double[])weight("token_embd.weight")[token].Clone())];
        for (int layer = 0; layer < config.Layers; layer++)
        {
            string block = $"blk.{layer}.";
            double[][] attended = Attend(x, block);
            for (int t = 0; t < x.Length; t++) x[t] = Sum(x[t], Times(weight(block + "attn_output.weight"), attended[t]));
            for (int t = 0; t < x.Length; t++)
            {
                double[] normed = Norm(x[t], weight(block + "ffn_norm.weight")[0]);
                double[] gate = Times(weight(block + "ffn_gate.weight"), normed);
                double[] up = Times(weight(block + "ffn_up.weight"), normed);
                double[] hidden = [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)];
                x[t] = Sum(x[t], Times(weight(block + "ffn_down.weight"), hidden));
            }
        }

        string output = config.TiedEmbeddings ? "token_embd.weight" : "output.weight";
        return [.. x.Select(row => Times(weight(output), Norm(row, weight("output_norm.weight")[0])))];
    }

    private double[][] Attend(double[][] x, string block)
    {
        int headDim = config.HeadDim, group = config.Heads / config.KvHeads;
        double[][] normed = [.. x.Select(row => Norm(row, weight(block + "attn_norm.weight")[0]))];
        double[][] q = Rotated(weight(block + "attn_q.weight"), normed);
        double[][] k = Rotated(weight(block + "attn_k.weight"), normed);
        double[][] v = [.. normed.Select(row => Times(weight(block + "attn_v.weight"), row))];
        var result = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            result[t] = new double[config.Heads * headDim];
            for (int head = 0; head < config.Heads; head++)
            {
                int own = head * headDim, shared = head / group * headDim;
                double[] scores = [.. Enumerable.Range(0, t + 1).Select(past =>
                    Enumerable.Range(0, headDim).Sum(i => q[t][own + i] * k[past][shared + i]) / Math.Sqrt(headDim))];
                double largest = scores.Max();
                double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
                double total = weights.Sum();
                for (int past = 0; past <= t; past++)
                    for (int i = 0; i < headDim; i++) result[t][own + i] += weights[past] / total * v[past][shared + i];
            }
        }

        return result;
    }

    private double[][] Rotated(double[][] matrix, double[][] rows)
    {
        int half = config.HeadDim / 2;
        var result = new double[rows.Length][];
        for (int t = 0; t < rows.Length; t++)
        {
            double[] row = result[t] = Times(matrix, rows[t]);
            for (int start = 0; start < row.Length; start += config.HeadDim)
            {
                for (int i = 0; i < half; i++)
                {
                    double cosine = Math.Cos(angles[t][i]) * ropeFactor, sine = Math.Sin(angles[t][i]) * ropeFactor;
                    double a = row[start + i], b = row[start + half + i];
                    row[start + i] = a * cosine - b * sine;
                    row[start + half + i] = b * cosine + a * sine;
                }
            }
        }

        return result;
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
}

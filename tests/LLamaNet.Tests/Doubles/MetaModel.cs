namespace LLamaNet.Tests.Doubles;

// A LLaMA of one layer, width 8, 2 heads and 1 key-value head, in a folder as Meta writes it; each weight is its own number.
internal sealed class MetaModel : IDisposable
{
    public const string Params =
        """{"dim": 8, "n_layers": 1, "n_heads": 2, "n_kv_heads": 1, "vocab_size": 6, "multiple_of": 4, "norm_eps": 1e-5}""";

    // Rounded up from 2/3 of 32 = 21.
    private const int Ffn = 24;

    private static readonly (string Name, int Rows, int Width, string Cut)[] s_tensors =
    [
        ("tok_embeddings.weight", 6, 8, "embedding"), ("norm.weight", 0, 8, ""), ("output.weight", 6, 8, "rows"),
        ("layers.0.attention.wq.weight", 8, 8, "rows"), ("layers.0.attention.wk.weight", 4, 8, "rows"),
        ("layers.0.attention.wv.weight", 4, 8, "rows"), ("layers.0.attention.wo.weight", 8, 8, "columns"),
        ("layers.0.feed_forward.w1.weight", Ffn, 8, "rows"), ("layers.0.feed_forward.w2.weight", 8, Ffn, "columns"),
        ("layers.0.feed_forward.w3.weight", Ffn, 8, "rows"),
        ("layers.0.attention_norm.weight", 0, 8, ""), ("layers.0.ffn_norm.weight", 0, 8, ""), ("rope.freqs", 0, 2, ""),
    ];

    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    public static MetaModel Create(int shards = 1, bool embeddingByRows = false, string type = "HalfStorage")
    {
        var model = new MetaModel();
        File.WriteAllText(model["params.json"], Params);
        for (int shard = 0; shard < shards; shard++)
            File.WriteAllBytes(
                model[$"consolidated.{shard:00}.pth"],
                Shard(shard, shards, embeddingByRows, type).ToArray($"consolidated.{shard:00}"));
        return model;
    }

    public static TorchWriter Shard(
        int shard, int shards, bool embeddingByRows = false, string type = "HalfStorage", string? without = null,
        string prefix = "")
    {
        var writer = new TorchWriter();
        for (int index = 0; index < s_tensors.Length; index++)
        {
            (string name, int rows, int width, string cut) = s_tensors[index];
            if (name == without) continue;
            if (cut == "embedding") cut = embeddingByRows ? "rows" : "columns";
            int partRows = cut == "rows" ? rows / shards : Math.Max(1, rows),
                partWidth = cut == "columns" ? width / shards : width;
            int firstRow = cut == "rows" ? shard * partRows : 0, firstColumn = cut == "columns" ? shard * partWidth : 0;
            var numbers = new List<byte>();
            for (int row = 0; row < partRows; row++)
            {
                for (int column = 0; column < partWidth; column++)
                {
                    int number = index * 1000 + (firstRow + row) * width + firstColumn + column;
                    numbers.AddRange(
                        type == "FloatStorage" ? BitConverter.GetBytes((float)number) : BitConverter.GetBytes((ushort)number));
                }
            }

            writer.Add(prefix + name, type, rows == 0 ? [partWidth] : [partRows, partWidth], [.. numbers]);
        }

        return writer;
    }

    public void Dispose() => _folder.Dispose();
}

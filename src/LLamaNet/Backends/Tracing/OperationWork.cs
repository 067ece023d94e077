using LLamaNet.Tensors;

namespace LLamaNet.Backends.Tracing;

// What an operation must do at least. Bytes: operands and results, each read or written once. Operations: multiplications and
// additions of products and of attention; other operations are bound by memory and count none.
internal readonly record struct OperationWork(long Bytes, long Operations = 0)
{
    // rows: rows of activations, `floats` read or written of each.
    public static OperationWork Rows(int rows, long floats) => new(rows * floats * sizeof(float));

    // outputs: floats written, or written and read, of each row.
    public static OperationWork Product(Weight weight, int rows, long outputs) =>
        new(weight.Bytes + rows * (weight.Width + outputs) * sizeof(float), 2 * rows * weight.Count);

    // Keys and values that a query of a sequence sees are read once. Each query is multiplied by its keys, and its weights by
    // the values.
    public static OperationWork Attention(KvLayer kv, AttentionShape shape, Batch batch)
    {
        long positions = 0, pairs = 0;
        foreach (Batch.Segment segment in batch.Segments)
        {
            int end = segment.FirstPosition + segment.Count;
            positions += end - shape.FirstKey(segment.FirstPosition);
            for (int position = segment.FirstPosition; position < end; position++)
                pairs += position + 1 - shape.FirstKey(position);
        }

        return new(
            positions * KeyAndValueBytes(kv, shape) + batch.Count * 2L * shape.QueryWidth * sizeof(float),
            4 * pairs * shape.QueryWidth);
    }

    // k and v of each row, read as floats and written to the cache.
    public static OperationWork StoreKv(KvLayer kv, AttentionShape shape, Batch batch) =>
        new(batch.Count * (2L * shape.KeyWidth * sizeof(float) + KeyAndValueBytes(kv, shape)));

    public static OperationWork operator +(OperationWork a, OperationWork b) =>
        new(a.Bytes + b.Bytes, a.Operations + b.Operations);

    // Of one position.
    private static long KeyAndValueBytes(KvLayer kv, AttentionShape shape) =>
        2L * shape.KvHeads * WeightFormat.Of(kv.Keys.Type).RowBytes(shape.HeadDim);
}

namespace LLamaNet.Backends;

// Heads of one attention layer. Query heads h * group .. (h + 1) * group - 1 share key/value head h.
// Window: the query at position q sees key k when 0 <= q - k < Window; 0: all keys up to its own.
// Scale: of the scores; null: 1 / sqrt(HeadDim). IsRotated: Rope and the fused operations leave q and k alone otherwise.
internal readonly record struct AttentionShape(
    int Heads, int KvHeads, int HeadDim, int Window = 0, float? Scale = null, bool IsRotated = true)
{
    public int Group => Heads / KvHeads;
    public int QueryWidth => Heads * HeadDim;
    public int KeyWidth => KvHeads * HeadDim;
    public int QkvWidth => QueryWidth + 2 * KeyWidth;

    // The first key that the query at a position sees.
    public int FirstKey(int position) => Window == 0 ? 0 : Math.Max(0, position + 1 - Window);
}

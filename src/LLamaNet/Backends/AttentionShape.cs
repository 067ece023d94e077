namespace LLamaNet.Backends;

// Heads of one attention layer. Query heads h * group .. (h + 1) * group - 1 share key/value head h.
internal readonly record struct AttentionShape(int Heads, int KvHeads, int HeadDim)
{
    public int Group => Heads / KvHeads;
    public int QueryWidth => Heads * HeadDim;
    public int KeyWidth => KvHeads * HeadDim;
    public int QkvWidth => QueryWidth + 2 * KeyWidth;
}

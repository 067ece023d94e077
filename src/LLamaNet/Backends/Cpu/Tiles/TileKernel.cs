namespace LLamaNet.Backends.Cpu.Tiles;

// sums[t][r] = panel row r . activations of token t, for sixteen rows and up to MaxTokens tokens at once.
// A token's sum takes the same operations in the same order whatever the tokens beside it.
internal abstract unsafe class TileKernel
{
    // Enough to hide the unpacking of the weights; their sums and one step's records stay in the L1 cache.
    public const int MaxTokens = 32;

    public const int Rows = 16;

    // How far ahead of the weights in use the next ones are asked for. Measured: 4 KB is worth +5 % (Q4_0) to +70 % (Q4_K).
    protected const int PrefetchDistance = 4096;

    // panel: the tiles of sixteen rows. records: [steps][tokens] (ActivationRecords). sums: [tokens][16].
    public abstract void Multiply(byte* panel, int steps, byte* records, int tokens, float* sums);

    // y[t * stride + r] = sums[t][r], or += it, for all sixteen rows of a panel.
    public abstract void Store(float* sums, int tokens, float* y, long stride, bool add);
}

namespace LLamaNet.Backends.Cpu.Tiles;

// Products of panels, sixteen rows each, with activations.
// A token's sum takes the same operations in the same order whatever the tokens beside it.
internal abstract unsafe class TileKernel
{
    // Tokens of a group: enough to hide the unpacking of the weights; their sums and one step's records stay in the L1 cache. A
    // multiple of the twelve whose sums fit into the registers.
    public const int MaxTokens = 36;

    public const int Rows = 16;

    // How far ahead of the weights in use the next ones are asked for. Measured: 4 KB is worth +5 % (Q4_0) to +70 % (Q4_K).
    protected const int PrefetchDistance = 4096;

    // Panels from firstPanel to before endPanel of the part with all tokens.
    public abstract void Multiply(CpuWeight.Part part, int firstPanel, int endPanel, ActivationRecords records, PanelOutputs y);
}

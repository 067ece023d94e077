namespace LLamaNet.Backends.Cpu.Products;

// Products of panels, sixteen rows each, with activations.
// A token's sum takes the same operations in the same order whatever the tokens beside it.
internal abstract unsafe class TileKernel
{
    // Tokens of a group. They hide the unpacking of the weights; their sums and the records of a step stay in the L1 cache.
    // A multiple of twelve: the sums of twelve tokens fit into the registers.
    public const int GroupTokens = 36;

    public const int Rows = 16;

    // Bytes from the weights in use to those that are prefetched. Measured: 4 KB is worth +5 % (Q4_0) to +70 % (Q4_K).
    protected const int PrefetchDistance = 4096;

    // Panels from firstPanel to before endPanel of the part with all tokens.
    public abstract void Multiply(CpuWeight.Part part, int firstPanel, int endPanel, ActivationRecords records, PanelOutputs y);
}

namespace LLamaNet.Tensors;

// A block of a quantized format with its bit packing undone.
internal unsafe struct BlockParts
{
    // d and m, IEEE halves.
    public ushort Scale;
    public ushort Minimum;

    // Of each sub-block, in the order of the weights.
    public fixed sbyte Multipliers[16];
    public fixed byte Minimums[16];

    // One byte a weight, in order, eight to a word.
    public fixed ulong Quants[32];
}

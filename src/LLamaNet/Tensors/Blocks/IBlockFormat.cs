namespace LLamaNet.Tensors.Blocks;

// A quantised format, taken apart: w = d * multiplier * (q - ZeroPoint) + m * minimum, with d and m halves of a block, q an
// unsigned integer of LowBits + HighBits bits, and multiplier and minimum small integers of a sub-block. The constants say
// which of these there are; the kernels and the packing are written once over them.
internal unsafe interface IBlockFormat
{
    static abstract DType Type { get; }

    // Weights in a block: a multiple of 32.
    static abstract int BlockLength { get; }

    // The bits of q, in two planes; HighBits may be 0.
    static abstract int LowBits { get; }

    static abstract int HighBits { get; }

    // 0 or a power of two.
    static abstract int ZeroPoint { get; }

    // Multipliers in 32 weights: none, one, or one for each 16 weights.
    static abstract int Multipliers { get; }

    // 1 or -1: what m counts as; 0: there is no m.
    static abstract int MinimumSign { get; }

    // Minimum integers in 32 weights: none (m alone), one, or one for each 16 weights.
    static abstract int Minimums { get; }

    // Bits that hold a multiplier or a minimum integer: 8, or 4 when neither is above 15.
    static virtual int IntegerBits => 8;

    static abstract void Split(byte* block, BlockParts* parts);

    // The exact inverse: gives back every bit of the block.
    static abstract void Join(BlockParts* parts, byte* block);
}

using System.Runtime.Intrinsics;

namespace LLamaNet.Tensors;

// A quantized format, described once for all who read it, multiply with it or write it:
//   w = d * multiplier * value(q) + m * minimum            value(q) = q - ZeroPoint, or Codebook[q]
// d and m are halves of a block, q is an unsigned integer of LowBits + HighBits bits, and multiplier and minimum are small
// integers of a sub-block. The constants say which of these exist; layouts and kernels are written once over them.
internal unsafe interface IBlockFormat
{
    static abstract DType Type { get; }

    // The format for rows that are no whole number of blocks: shorter blocks, at least as many bits a weight.
    static virtual DType ShorterBlocks => DType.F16;

    // Weights in a block: a multiple of 32.
    static abstract int BlockLength { get; }

    // In a file.
    static abstract int BlockBytes { get; }

    // The bits of q, in two planes; HighBits may be 0.
    static abstract int LowBits { get; }

    static abstract int HighBits { get; }

    // Bits of value(q) + ZeroPoint, an unsigned integer, as kernels multiply it: those of q, or 8 with a codebook.
    static abstract int OperandBits { get; }

    // 0 or a power of two; 128 with a codebook.
    static abstract int ZeroPoint { get; }

    // Sixteen ascending values, -127..127, for a q of four bits.
    static virtual Vector128<sbyte> Codebook => default;

    // Multipliers in 32 weights: none, one, or one for each 16 weights. Signed where there is no m.
    static abstract int Multipliers { get; }

    // 1 or -1: the sign of m; 0: there is no m.
    static abstract int MinimumSign { get; }

    // Minimum integers in 32 weights: none (m alone), one, or one for each 16 weights.
    static abstract int Minimums { get; }

    // Bits of a multiplier or a minimum integer.
    static virtual int IntegerBits => 0;

    static abstract void Split(byte* block, BlockParts* parts);

    // The exact inverse: gives back every bit of the block.
    static abstract void Join(BlockParts* parts, byte* block);

    // The parts nearest to the weights of one block.
    static abstract void Quantize(ReadOnlySpan<float> weights, BlockParts* parts);
}

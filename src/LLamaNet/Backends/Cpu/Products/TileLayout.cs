using System.Runtime.CompilerServices;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Where things are in a tile, sixteen rows by one block:
//   d            half[16]
//   m            half[16]                        where the format has one
//   multipliers  sbyte[steps][Multipliers][16]
//   minimums     byte[steps][Minimums][16]
//   quants       [steps][low plane, high plane]
// A step is 32 weights of each row, as eight groups of four neighbors: one dword a row and group. A plane of b bits keeps
// group g of sixteen rows in its vector g % b (16 dwords, 64 bytes), at bit b * (g / b) of each byte.
internal static class TileLayout<TFormat>
    where TFormat : struct, IBlockFormat
{
    public static int Bits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.LowBits + TFormat.HighBits;
    }

    public static int Steps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.BlockLength / QuantizedRecord.Length;
    }

    public static int StepBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 64 * Bits;
    }

    public static int MultipliersOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.MinimumSign == 0 ? 32 : 64;
    }

    public static int MinimumsOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MultipliersOffset + 16 * Steps * TFormat.Multipliers;
    }

    public static int QuantsOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MinimumsOffset + 16 * Steps * TFormat.Minimums;
    }

    public static int TileBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => QuantsOffset + Steps * StepBytes;
    }
}

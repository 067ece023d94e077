using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// The planes of one step (see TileLayout). Packing writes and reads them a row at a time, kernels read sixteen rows at a time.
internal static unsafe class BitPlanes
{
    // Bytes between the dwords of one row in two vectors.
    private const int Stride = 64;

    // quants: 32 bytes of `bits` bits each. plane: at this row's lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ulong* quants, int shift, int bits, byte* plane)
    {
        ulong mask = 0x0101010101010101ul * (ulong)((1 << bits) - 1);
        ulong a = quants[0] >> shift & mask, b = quants[1] >> shift & mask;
        ulong c = quants[2] >> shift & mask, d = quants[3] >> shift & mask;
        if (bits == 8)
        {
            Store(plane, a);
            Store(plane + 2 * Stride, b);
            Store(plane + 4 * Stride, c);
            Store(plane + 6 * Stride, d);
            return;
        }

        // Halves fold onto each other: groups g and g + 4, then g + 2, then g + 1.
        a |= c << 4;
        b |= d << 4;
        if (bits == 4)
        {
            Store(plane, a);
            Store(plane + 2 * Stride, b);
            return;
        }

        a |= b << 2;
        if (bits == 2) Store(plane, a);
        else *(uint*)plane = (uint)(a | a >> 32 << 1);
    }

    // The inverse; the quants' other bits stay.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* plane, int shift, int bits, ulong* quants)
    {
        ulong mask = 0x0101010101010101ul * (ulong)((1 << bits) - 1);
        ulong a, b, c, d;
        if (bits == 8)
        {
            (a, b, c, d) = (Load(plane), Load(plane + 2 * Stride), Load(plane + 4 * Stride), Load(plane + 6 * Stride));
        }
        else
        {
            if (bits == 4)
            {
                (a, b) = (Load(plane), Load(plane + 2 * Stride));
            }
            else
            {
                a = bits == 2 ? Load(plane) : *(uint*)plane | (ulong)(*(uint*)plane >> 1) << 32;
                b = a >> 2;
            }

            (c, d) = (a >> 4, b >> 4);
        }

        quants[0] |= (a & mask) << shift;
        quants[1] |= (b & mask) << shift;
        quants[2] |= (c & mask) << shift;
        quants[3] |= (d & mask) << shift;
    }

    // Group g of the quants: four unsigned bytes a row. planes: at the lanes' first row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Group<TRegister, TFormat>(byte* planes, int g, TRegister lowMask, TRegister highMask)
        where TRegister : unmanaged, IRegister<TRegister>
        where TFormat : struct, IBlockFormat
    {
        TRegister low = Field(planes, TFormat.LowBits, g, 0, lowMask);
        return TFormat.HighBits == 0
            ? low
            : TRegister.Or(low, Field(planes + Stride * TFormat.LowBits, TFormat.HighBits, g, TFormat.LowBits, highMask));
    }

    // The field from bit `bits * (g / bits)` of a plane's vector, moved to bit `position`.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister Field<TRegister>(byte* plane, int bits, int g, int position, TRegister mask)
        where TRegister : unmanaged, IRegister<TRegister>
    {
        TRegister vector = TRegister.Load(plane + Stride * (g % bits));
        if (bits == 8) return vector;
        if (bits * (g / bits) > position) vector = TRegister.ShiftRight(vector, bits * (g / bits) - position);
        if (bits * (g / bits) < position) vector = TRegister.ShiftLeft(vector, position - bits * (g / bits));
        return TRegister.And(vector, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* plane, ulong twoGroups)
    {
        *(uint*)plane = (uint)twoGroups;
        *(uint*)(plane + Stride) = (uint)(twoGroups >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(byte* plane) => *(uint*)plane | (ulong)*(uint*)(plane + Stride) << 32;
}

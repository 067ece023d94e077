using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Tensors.Quantization;

// Integers, one a byte, and the fields of 1, 2 or 4 bits that hold them or their upper bits on disk.
// A run of n packed bytes, a multiple of 16, is read in strides: field k of byte i belongs to integer k * n + i.
internal static unsafe class BitFields
{
    // shift 0 sets the integers; a greater one adds the field to them as bits from shift up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* packed, int bytes, int bits, byte* integers, int shift = 0)
    {
        Vector128<byte> mask = Vector128.Create((byte)((1 << bits) - 1));
        for (int i = 0; i < bytes; i += Vector128<byte>.Count)
        {
            // Bits that cross from byte to byte are outside the mask.
            Vector128<ushort> fields = Vector128.Load((ushort*)(packed + i));
            for (int k = 0; k < 8 / bits; k++)
            {
                byte* place = integers + k * bytes + i;
                Vector128<byte> part = (fields >>> k * bits).AsByte() & mask;
                if (shift > 0) part = (part.AsUInt16() << shift).AsByte() | Vector128.Load(place);
                part.Store(place);
            }
        }
    }

    // Bits outside [shift, shift + bits) of the integers are left out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(byte* integers, byte* packed, int bytes, int bits, int shift = 0)
    {
        Vector128<byte> mask = Vector128.Create((byte)((1 << bits) - 1));
        for (int i = 0; i < bytes; i += Vector128<byte>.Count)
        {
            Vector128<ushort> fields = Vector128<ushort>.Zero;
            for (int k = 0; k < 8 / bits; k++)
            {
                Vector128<ushort> part = Vector128.Load((ushort*)(integers + k * bytes + i)) >>> shift;
                fields |= (part.AsByte() & mask).AsUInt16() << k * bits;
            }

            fields.AsByte().Store(packed + i);
        }
    }

    // The fifth bits of 32 integers as one word: bit i is integer i's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFifthBits(uint word, byte* integers)
    {
        const ulong everyByte = 0x0101010101010101;
        Vector128<byte> bitOfLane = Vector128.Create(0x8040201008040201ul).AsByte();
        for (int i = 0; i < 32; i += Vector128<byte>.Count, word >>= 16)
        {
            Vector128<byte> bytes = Vector128.Create((byte)word * everyByte, (byte)(word >> 8) * everyByte).AsByte();
            Vector128<byte> fifth = Vector128.Equals(bytes & bitOfLane, bitOfLane) & Vector128.Create((byte)16);
            (Vector128.Load(integers + i) | fifth).Store(integers + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FifthBits(byte* integers)
    {
        Vector128<byte> lower = Vector128.Load(integers), upper = Vector128.Load(integers + 16);
        return (lower << 3).ExtractMostSignificantBits() | (upper << 3).ExtractMostSignificantBits() << 16;
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Tensors.Quantization;

// Codes, one a byte, and the fields of 1, 2 or 4 bits that hold them or their upper bits on disk.
// A run of n packed bytes is read in strides: field k of byte i belongs to code k * n + i.
internal static class BitFields
{
    // shift 0 sets the codes; a greater one adds the field to them as bits from shift up.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ReadOnlySpan<byte> packed, int bits, Span<sbyte> codes, int shift = 0)
    {
        Debug.Assert(packed.Length % Vector128<byte>.Count == 0 && codes.Length == packed.Length * 8 / bits);
        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref byte code = ref Unsafe.As<sbyte, byte>(ref MemoryMarshal.GetReference(codes));
        Vector128<byte> mask = Vector128.Create((byte)((1 << bits) - 1));
        for (int field = 0; field < 8; field += bits)
        {
            for (int i = 0; i < packed.Length; i += Vector128<byte>.Count)
            {
                Vector128<byte> part = (Vector128.LoadUnsafe(ref source, (nuint)i) >>> field) & mask;
                if (shift > 0) part = part << shift | Vector128.LoadUnsafe(ref code, (nuint)i);
                part.StoreUnsafe(ref code, (nuint)i);
            }

            code = ref Unsafe.Add(ref code, packed.Length);
        }
    }

    // Bits outside [shift, shift + bits) of the codes are left out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<sbyte> codes, int bits, Span<byte> packed, int shift = 0)
    {
        Debug.Assert(packed.Length % Vector128<byte>.Count == 0 && codes.Length == packed.Length * 8 / bits);
        ref byte code = ref Unsafe.As<sbyte, byte>(ref MemoryMarshal.GetReference(codes));
        ref byte destination = ref MemoryMarshal.GetReference(packed);
        Vector128<byte> mask = Vector128.Create((byte)((1 << bits) - 1));
        for (int i = 0; i < packed.Length; i += Vector128<byte>.Count)
        {
            Vector128<byte> fields = Vector128<byte>.Zero;
            for (int field = 0; field < 8; field += bits)
            {
                Vector128<byte> part = Vector128.LoadUnsafe(ref code, (nuint)(field / bits * packed.Length + i));
                fields |= (part >>> shift & mask) << field;
            }

            fields.StoreUnsafe(ref destination, (nuint)i);
        }
    }

    // The fifth bits of 32 codes as one word: bit i is code i's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddFifthBits(uint word, Span<sbyte> codes)
    {
        const ulong everyByte = 0x0101010101010101;
        Vector128<byte> bitOfLane = Vector128.Create(0x8040201008040201ul).AsByte();
        ref byte code = ref Unsafe.As<sbyte, byte>(ref MemoryMarshal.GetReference(codes));
        for (int i = 0; i < 32; i += Vector128<byte>.Count, word >>= 16)
        {
            Vector128<byte> bytes = Vector128.Create((byte)word * everyByte, (byte)(word >> 8) * everyByte).AsByte();
            Vector128<byte> fifth = Vector128.Equals(bytes & bitOfLane, bitOfLane) & Vector128.Create((byte)16);
            (Vector128.LoadUnsafe(ref code, (nuint)i) | fifth).StoreUnsafe(ref code, (nuint)i);
        }
    }

    public static uint FifthBits(ReadOnlySpan<sbyte> codes)
    {
        Vector128<byte> lower = Vector128.Create(codes[..16]).AsByte(), upper = Vector128.Create(codes[16..32]).AsByte();
        return (lower << 3).ExtractMostSignificantBits() | (upper << 3).ExtractMostSignificantBits() << 16;
    }
}

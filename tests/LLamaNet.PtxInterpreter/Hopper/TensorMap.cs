using System.Buffers.Binary;

namespace LLamaNet.PtxInterpreter.Hopper;

// What a CUtensorMap says. The driver's 128 bytes are opaque; these have a layout of their own and a mark at the front, so
// that anything else passed to a copy is found.
// ElementBytes: 1, 2, 4 or 8.
// Address: of the first element, in global memory.
// Extents: elements along each dimension, the fastest first: one to five.
// Strides: bytes from one element to the next along each dimension but the first.
// Box: elements of a copy along each dimension.
// Swizzle: how a copy's chunks stand in shared memory.
internal sealed record TensorMap(int ElementBytes, ulong Address, ulong[] Extents, ulong[] Strides, int[] Box, Swizzle Swizzle)
{
    public const int Bytes = 128;

    private const ulong Mark = 0x70616D726F736E74; // "tnsormap"
    private const int MaximumRank = 5;

    public int BoxBytes => Box.Aggregate(ElementBytes, (bytes, extent) => bytes * extent);

    // Bytes of an element of a CUtensorMapDataType; 0: no such type.
    public static int BytesOf(int dataType) => dataType switch
    {
        0 => 1, // UINT8
        1 or 6 or 9 => 2, // UINT16, FLOAT16, BFLOAT16
        2 or 3 or 7 or 10 or 11 or 12 => 4, // UINT32, INT32, FLOAT32 and its FTZ, TFLOAT32 and its FTZ
        4 or 5 or 8 => 8, // UINT64, INT64, FLOAT64
        _ => 0,
    };

    // What cuTensorMapEncodeTiled refuses; null: nothing.
    public string? FindError()
    {
        int rank = Extents.Length;
        if (ElementBytes == 0) return "no such data type";
        if (rank is < 1 or > MaximumRank) return $"rank {rank}: from 1 to 5 is allowed";
        if (Address % 16 != 0) return "the tensor's address must be a multiple of 16";
        for (int i = 0; i < rank; i++)
        {
            if (Extents[i] is 0 or > 1UL << 32) return $"extent {Extents[i]} of dimension {i}: from 1 to 2^32 is allowed";
            if (Box[i] is < 1 or > 256) return $"box of {Box[i]} in dimension {i}: from 1 to 256 is allowed";
        }

        for (int i = 0; i < rank - 1; i++)
        {
            if (Strides[i] % 16 != 0 || Strides[i] >= 1UL << 40)
                return $"stride {Strides[i]} of dimension {i + 1}: a multiple of 16 below 2^40 is allowed";
        }

        int innerBytes = Box[0] * ElementBytes;
        if (innerBytes % 16 != 0) return $"the box's rows have {innerBytes} bytes, which is no multiple of 16";
        if (!Enum.IsDefined(Swizzle)) return $"swizzle {(int)Swizzle} is unknown";
        return Swizzle != Swizzle.None && innerBytes > Swizzle.Span()
            ? $"the box's rows have {innerBytes} bytes, the swizzle {Swizzle.Span()}"
            : null;
    }

    public void Write(Span<byte> map)
    {
        map[..Bytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(map, Mark);
        map[8] = (byte)ElementBytes;
        map[9] = (byte)Extents.Length;
        map[10] = (byte)Swizzle;
        BinaryPrimitives.WriteUInt64LittleEndian(map[16..], Address);
        for (int i = 0; i < Extents.Length; i++)
        {
            // An extent of 2^32 is kept less one.
            BinaryPrimitives.WriteUInt32LittleEndian(map[(24 + 4 * i)..], (uint)(Extents[i] - 1));
            BinaryPrimitives.WriteUInt16LittleEndian(map[(44 + 2 * i)..], (ushort)Box[i]);
        }

        for (int i = 0; i < Strides.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(map[(56 + 8 * i)..], Strides[i]);
    }

    // Null when the bytes are no tensor map.
    public static TensorMap? Read(ReadOnlySpan<byte> map)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(map) != Mark) return null;
        int rank = map[9];
        var extents = new ulong[rank];
        var box = new int[rank];
        var strides = new ulong[rank - 1];
        for (int i = 0; i < rank; i++)
        {
            extents[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(24 + 4 * i)..]) + 1UL;
            box[i] = BinaryPrimitives.ReadUInt16LittleEndian(map[(44 + 2 * i)..]);
        }

        for (int i = 0; i < rank - 1; i++) strides[i] = BinaryPrimitives.ReadUInt64LittleEndian(map[(56 + 8 * i)..]);
        return new TensorMap(map[8], BinaryPrimitives.ReadUInt64LittleEndian(map[16..]), extents, strides, box, (Swizzle)map[10]);
    }

    // The rows of a box: for each, where its present elements are in global memory, and where its bytes go in the box.
    // Elements outside the tensor are zeros and are not read.
    // corner: the box's first element along each dimension; may lie outside.
    public IEnumerable<TensorRow> Rows(int[] corner)
    {
        int rows = Box.Skip(1).Aggregate(1, (count, extent) => count * extent);
        long first = Math.Max(0, -(long)corner[0]), end = Math.Min(Box[0], (long)Extents[0] - corner[0]);
        for (int row = 0; row < rows; row++)
        {
            bool present = end > first;
            ulong address = Address + (ulong)((corner[0] + first) * ElementBytes);
            for (int i = 1, rest = row; i < Box.Length; rest /= Box[i], i++)
            {
                long at = (long)corner[i] + rest % Box[i];
                present &= at >= 0 && at < (long)Extents[i];
                address += (ulong)at * Strides[i - 1];
            }

            int offset = row * Box[0] * ElementBytes;
            yield return present
                ? new TensorRow(offset, address, (int)first * ElementBytes, (int)(end - first) * ElementBytes)
                : new TensorRow(offset, 0, 0, 0);
        }
    }
}

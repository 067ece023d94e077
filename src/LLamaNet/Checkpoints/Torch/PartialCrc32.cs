using System.IO.Hashing;

namespace LLamaNet.Checkpoints.Torch;

// CRC-32 of a run of bytes whose parts arrive in any order from several threads. Each part's checksum is joined with its
// neighbors', so a file that is read once, whole, is also verified, without a second pass. A part that overlaps an earlier one
// is not counted; parts never read leave the run unverified.
// Joining: crc(a b) = crc(a) x^(8 |b|) + crc(b) modulo the CRC's polynomial over GF(2), as zlib's crc32_combine does.
internal sealed class PartialCrc32(long length, uint expected)
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;
    private const uint XToThe8 = 0x00800000;

    private readonly Lock _lock = new();

    // Sorted, disjoint and not touching.
    private readonly List<(long Start, long End, uint Crc)> _parts = [];
    private bool? _matches = length == 0 ? expected == 0 : null;

    // Null until every byte was seen.
    public bool? Matches
    {
        get
        {
            lock (_lock) return _matches;
        }
    }

    // Returns false when every byte was seen and the checksum differs.
    public bool Add(long start, ReadOnlySpan<byte> bytes)
    {
        if (Matches is { } known) return known;
        if (bytes.IsEmpty) return true;
        uint crc = Crc32.HashToUInt32(bytes);
        lock (_lock)
        {
            if (_matches is null) Insert(start, start + bytes.Length, crc);
            return _matches ?? true;
        }
    }

    private void Insert(long start, long end, uint crc)
    {
        int next = _parts.FindIndex(part => part.End > start);
        if (next < 0) next = _parts.Count;
        if (next < _parts.Count && _parts[next].Start < end) return;

        if (next < _parts.Count && _parts[next].Start == end)
        {
            crc = Join(crc, _parts[next].Crc, _parts[next].End - end);
            end = _parts[next].End;
            _parts.RemoveAt(next);
        }

        if (next > 0 && _parts[next - 1].End == start)
        {
            crc = Join(_parts[next - 1].Crc, crc, end - start);
            start = _parts[next - 1].Start;
            _parts.RemoveAt(--next);
        }

        _parts.Insert(next, (start, end, crc));
        if (start == 0 && end == length) _matches = crc == expected;
    }

    private static uint Join(uint first, uint second, long secondBytes) => Multiply(PowerOfX8(secondBytes), first) ^ second;

    // x^(8 n), by squaring.
    private static uint PowerOfX8(long exponent)
    {
        uint result = One, square = XToThe8;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) result = Multiply(result, square);
            square = Multiply(square, square);
        }

        return result;
    }

    // Polynomials over GF(2) in reflected bit order: bit 31 is x^0.
    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (uint bit = One; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0) product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }

        return product;
    }
}

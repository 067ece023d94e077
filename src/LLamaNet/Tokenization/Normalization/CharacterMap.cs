using System.Buffers.Binary;
using System.Text;

namespace LLamaNet.Tokenization.Normalization;

// SentencePiece's precompiled_charsmap: a trie of UTF-8 texts, then what stands for each, ended by zeros. The map is the
// trie's length in bytes (32 bits), its units (32 bits each) and the replacements.
internal sealed class CharacterMap
{
    // No text of the map is longer, so that a broken trie cannot lead far.
    private const int LongestText = 256;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    // Throws FormatException for bytes that are no such map.
    public CharacterMap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4) throw new FormatException("A map of characters has a length.");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > bytes.Length - 4 || length % 4 != 0) throw new FormatException("The trie ends behind the map.");
        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + 4 * i)..]);
        _replacements = bytes[(4 + (int)length)..].ToArray();
        Step = new("Precompiled", Apply);
    }

    public NormalizerStep Step { get; }

    // The longest text of the trie at each place is replaced; other characters stay.
    private string Apply(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var result = new List<byte>(bytes.Length);
        for (int at = 0; at < bytes.Length;)
        {
            (int taken, int value) = Longest(bytes.AsSpan(at));
            if (taken > 0)
            {
                ReadOnlySpan<byte> replacement = _replacements.AsSpan(Math.Min(value, _replacements.Length));
                int end = replacement.IndexOf((byte)0);
                result.AddRange(end < 0 ? replacement : replacement[..end]);
            }
            else
            {
                Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out taken);
                result.AddRange(bytes.AsSpan(at, taken));
            }

            at += taken;
        }

        return Encoding.UTF8.GetString([.. result]);
    }

    // A double array: a unit holds its label (low 8 bits), whether a leaf follows it (bit 8), and how far its children are
    // (from bit 10 on, by 256 where bit 9 is set); a leaf holds the value in its low 31 bits.
    private (int Length, int Value) Longest(ReadOnlySpan<byte> text)
    {
        (int Length, int Value) longest = (0, 0);
        if (_units.Length == 0) return longest;
        uint node = Children(0, _units[0]);
        for (int i = 0; i < Math.Min(text.Length, LongestText); i++)
        {
            node ^= text[i];
            if (node >= _units.Length) break;
            uint unit = _units[node];
            if ((unit & 0x8000_00FF) != text[i]) break;
            node = Children(node, unit);
            if (((unit >> 8) & 1) == 0) continue;
            if (node >= _units.Length) break;
            longest = (i + 1, (int)(_units[node] & 0x7FFF_FFFF));
        }

        return longest;
    }

    private static uint Children(uint node, uint unit) => node ^ ((unit >> 10) << (int)((unit & 0x200) >> 6));
}

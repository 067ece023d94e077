using System.Text;

namespace LLamaNet.Tokenization.Merging;

// GPT-2's visible character for each byte: the printable ones of Latin-1 are themselves, the 68 others are U+0100 and on.
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = CreateCharacters();
    // [character]; -1 where the character stands for no byte.
    private static readonly short[] s_bytes = CreateBytes();

    public static char CharacterOf(byte value) => s_characters[value];

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        return string.Create(bytes.Length, bytes, static (characters, source) =>
        {
            for (int i = 0; i < characters.Length; i++) characters[i] = s_characters[source[i]];
        });
    }

    // The bytes that the piece writes, or its UTF-8 where one of its characters stands for no byte.
    public static void AppendBytes(string piece, List<byte> bytes)
    {
        foreach (char c in piece)
        {
            if (c < s_bytes.Length && s_bytes[c] >= 0) continue;
            bytes.AddRange(Encoding.UTF8.GetBytes(piece));
            return;
        }

        foreach (char c in piece) bytes.Add((byte)s_bytes[c]);
    }

    private static char[] CreateCharacters()
    {
        var characters = new char[256];
        char next = '\u0100';
        for (int value = 0; value < 256; value++)
        {
            bool isVisible = value is (>= '!' and <= '~') or (>= '¡' and <= '¬') or (>= '®' and <= 'ÿ');
            characters[value] = isVisible ? (char)value : next++;
        }

        return characters;
    }

    private static short[] CreateBytes()
    {
        var bytes = new short[s_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++) bytes[s_characters[value]] = (short)value;
        return bytes;
    }
}

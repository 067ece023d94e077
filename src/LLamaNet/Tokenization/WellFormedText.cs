using System.Text;

namespace LLamaNet.Tokenization;

// UTF-16 without lone surrogates.
internal static class WellFormedText
{
    // The same text, or a copy in which every lone surrogate is U+FFFD.
    public static ReadOnlySpan<char> From(ReadOnlySpan<char> text)
    {
        int first = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0) return text;

        char[]? copy = null;
        for (int at = first; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                copy ??= text.ToArray();
                copy[at] = '\uFFFD';
            }

            at += length;
        }

        return copy ?? text;
    }
}

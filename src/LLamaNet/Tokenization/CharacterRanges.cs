using System.Text;

namespace LLamaNet.Tokenization;

// Walks a text once, from ranges of its UTF-8 bytes to the characters they belong to. Ranges must come in order.
internal ref struct CharacterRanges(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _start;
    private int _startByte;

    public (int Start, int End) Covering(int firstByte, int endByte)
    {
        int end = _start;
        int at = _startByte;
        while (at < endByte)
        {
            Rune.DecodeFromUtf16(_text[end..], out Rune rune, out int length);
            if (at + rune.Utf8SequenceLength <= firstByte) (_start, _startByte) = (end + length, at + rune.Utf8SequenceLength);
            at += rune.Utf8SequenceLength;
            end += length;
        }

        return (_start, end);
    }
}

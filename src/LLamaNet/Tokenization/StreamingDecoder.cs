using System.Buffers;
using System.Text;

namespace LLamaNet.Tokenization;

// Bytes of tokens through a UTF-8 decoder that keeps an unfinished character for the next token.
internal sealed class StreamingDecoder(PieceTokenizer tokenizer, bool keepSpecial, bool dropSpace) : TokenDecoder
{
    private const int StackChars = 256;

    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    // The space that the tokenizer put before the text: only the first text of the stream can hold it.
    private bool _dropSpace = dropSpace;

    // Whether bytes wait for the rest of their character.
    public bool IsPending => _utf8.GetCharCount([], flush: true) > 0;

    public override string Append(int id)
    {
        bool isControl = tokenizer.IsControl(id);
        if (isControl && !keepSpecial) return "";

        ReadOnlySpan<byte> bytes = tokenizer.Texts[id];
        if (bytes.IsEmpty) return "";
        if (_dropSpace && !isControl && bytes[0] == ' ') bytes = bytes[1..];
        _dropSpace = false;
        return Decode(bytes, flush: false);
    }

    public override string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // An unfinished character of up to three bytes may turn out broken before these bytes are looked at.
        int capacity = bytes.Length + 4;
        char[]? rented = capacity > StackChars ? ArrayPool<char>.Shared.Rent(capacity) : null;
        Span<char> chars = rented ?? stackalloc char[StackChars];
        int count = _utf8.GetChars(bytes, chars, flush);
        string text = count == 0 ? "" : new string(chars[..count]);
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return text;
    }
}

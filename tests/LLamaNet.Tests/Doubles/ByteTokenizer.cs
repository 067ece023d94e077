using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// Pieces of a few bytes, some of which are parts of characters; id 0 ends a generation and has no text.
internal sealed class ByteTokenizer(int vocabulary) : ModelTokenizer
{
    private static readonly string[] s_texts = ["a", "b", "ab", " the", "é", "😀", "stop", "\n"];

    public override string Kind => "bytes";

    public override int VocabularySize => vocabulary;

    public override int? BosId => null;

    public override int? EosId => 0;

    public override IReadOnlySet<int> EndIds { get; } = new HashSet<int> { 0 };

    public byte[] Bytes(int id)
    {
        if (id == 0) return [];
        byte[] bytes = Encoding.UTF8.GetBytes(s_texts[id % s_texts.Length]);
        if (bytes.Length == 1 || id % 3 == 0) return bytes;
        return id % 3 == 1 ? bytes[..1] : bytes[1..];
    }

    public string Text(IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.SelectMany(Bytes)]);

    public override TokenDecoder CreateDecoder(bool keepSpecial = false, bool continuation = false)
    {
        Assert.True(continuation);
        return new Stream(this);
    }

    public override string GetPiece(int id) => Encoding.UTF8.GetString(Bytes(id));

    public override bool IsControl(int id) => id == 0;

    public override IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addSpecial = true) =>
        throw new NotSupportedException();

    protected override EncodeResults<EncodedToken> EncodeToTokens(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        throw new NotSupportedException();

    public override OperationStatus Decode(
        IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        throw new NotSupportedException();

    private sealed class Stream(ByteTokenizer tokenizer) : TokenDecoder
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        public override string Append(int id) => Decode(tokenizer.Bytes(id), flush: false);

        public override string Flush() => Decode([], flush: true);

        private string Decode(byte[] bytes, bool flush)
        {
            var chars = new char[bytes.Length + 2];
            return new string(chars, 0, _decoder.GetChars(bytes, chars, flush));
        }
    }
}

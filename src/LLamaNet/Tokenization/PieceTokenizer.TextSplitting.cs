using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace LLamaNet.Tokenization;

// What Microsoft.ML.Tokenizers.Tokenizer asks for. A limit on tokens never cuts a character: where several tokens share
// one, all of them must fit.
internal abstract partial class PieceTokenizer
{
    public sealed override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        TokenDecoder decoder = CreateDecoder();
        var text = new StringBuilder();
        foreach (int id in ids) text.Append(decoder.Append(id));
        return text.Append(decoder.Flush()).ToString();
    }

    public sealed override OperationStatus Decode(
        IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var decoder = new StreamingDecoder(this, keepSpecial: false, DropsFirstSpace);
        idsConsumed = charsWritten = 0;
        int read = 0;
        int written = 0;
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)VocabularySize) return OperationStatus.InvalidData;
            string text = decoder.Append(id);
            if (!text.TryCopyTo(destination[written..])) return OperationStatus.DestinationTooSmall;
            written += text.Length;
            read++;
            if (!decoder.IsPending) (idsConsumed, charsWritten) = (read, written);
        }

        string rest = decoder.Flush();
        if (!rest.TryCopyTo(destination[written..])) return OperationStatus.DestinationTooSmall;
        (idsConsumed, charsWritten) = (read, written + rest.Length);
        return OperationStatus.Done;
    }

    protected sealed override EncodeResults<EncodedToken> EncodeToTokens(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> input = text ?? textSpan;
        TokenBuffer all = EncodeWithRanges(input);
        int count = CountFromStart(all, settings.MaxTokenCount);
        var tokens = new EncodedToken[count];
        for (int i = 0; i < count; i++)
        {
            (int start, int end) = all.Ranges[i];
            tokens[i] = new(all.Ids[i], Vocabulary.Pieces[all.Ids[i]], start..end);
        }

        return new() { Tokens = tokens, NormalizedText = null, CharsConsumed = EndOf(all, count, input.Length) };
    }

    protected sealed override EncodeResults<int> EncodeToIds(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> input = text ?? textSpan;
        if (settings.MaxTokenCount == int.MaxValue)
            return new() { Tokens = EncodePlain(input, withRanges: false).Ids, CharsConsumed = input.Length };

        TokenBuffer all = EncodeWithRanges(input);
        int count = CountFromStart(all, settings.MaxTokenCount);
        return new() { Tokens = all.Ids[..count], CharsConsumed = EndOf(all, count, input.Length) };
    }

    protected sealed override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        settings.MaxTokenCount == int.MaxValue
            ? EncodePlain(text ?? textSpan, withRanges: false).Ids.Count
            : CountFromStart(EncodeWithRanges(text ?? textSpan), settings.MaxTokenCount);

    protected sealed override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText,
        out int tokenCount)
    {
        ReadOnlySpan<char> input = text ?? textSpan;
        TokenBuffer all = EncodeWithRanges(input);
        normalizedText = null;
        if (!fromEnd)
        {
            tokenCount = CountFromStart(all, settings.MaxTokenCount);
            return EndOf(all, tokenCount, input.Length);
        }

        tokenCount = CountFromEnd(all, settings.MaxTokenCount);
        int first = all.Ids.Count - tokenCount;
        return first == 0 ? 0 : tokenCount == 0 ? input.Length : all.Ranges[first].Start;
    }

    private TokenBuffer EncodeWithRanges(ReadOnlySpan<char> text) => EncodePlain(text, withRanges: true);

    private TokenBuffer EncodePlain(ReadOnlySpan<char> text, bool withRanges)
    {
        var tokens = new TokenBuffer(withRanges);
        EncodeText(text, [(text.Length, false)], tokens);
        return tokens;
    }

    private static int CountFromStart(TokenBuffer tokens, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        int count = Math.Min(limit, tokens.Ids.Count);
        while (count > 0 && !IsBoundary(tokens, count)) count--;
        // A lone space that the tokenizer put before the text covers none of it.
        return count > 0 && count < tokens.Ids.Count && tokens.Ranges[count - 1].End == 0 ? 0 : count;
    }

    private static int CountFromEnd(TokenBuffer tokens, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        int count = Math.Min(limit, tokens.Ids.Count);
        while (count > 0 && !IsBoundary(tokens, tokens.Ids.Count - count)) count--;
        return count;
    }

    // Whether a character begins with the token at this index.
    private static bool IsBoundary(TokenBuffer tokens, int index) =>
        index == 0 || index == tokens.Ids.Count || tokens.Ranges[index - 1].End <= tokens.Ranges[index].Start;

    private static int EndOf(TokenBuffer tokens, int count, int length) =>
        count == tokens.Ids.Count ? length : count == 0 ? 0 : tokens.Ranges[count - 1].End;
}

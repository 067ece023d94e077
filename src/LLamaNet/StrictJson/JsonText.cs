using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace LLamaNet.StrictJson;

// Strict JSON: UTF-8, no duplicate keys, bounded size and depth, every string well-formed UTF-16 once decoded.
internal static class JsonText
{
    public const int MaxDepth = 64;

    public static JsonDocument Parse(string path, ReadOnlyMemory<byte> text, int maxDepth = MaxDepth)
    {
        if (!Utf8.IsValid(text.Span)) throw new ModelFormatException(path, "JSON", "UTF-8", "bytes that are not");
        try
        {
            CheckEscapes(path, text.Span, maxDepth);
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            string place =
                exception.LineNumber is { } line ? $"line {line + 1}, byte {exception.BytePositionInLine + 1}" : "JSON";
            // The parser adds the place once more, counted from 0.
            string problem = exception.Message.Split(" LineNumber: ")[0];
            if (DuplicateIn(problem) is { } key) problem = $"the key \"{OneLine(key)}\" twice";
            throw new ModelFormatException(path, place, "JSON", OneLine(problem), exception);
        }
    }

    // Control characters written out as code points, long text cut: for messages.
    public static string OneLine(string text, int maxLength = 120)
    {
        string start = text.Length <= maxLength ? text : text[..maxLength] + "…";
        return start.Any(char.IsControl)
            ? string.Concat(start.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))
            : start;
    }

    // The key that the parser's message names; null for another message.
    private static string? DuplicateIn(string problem)
    {
        const string Opening = "Duplicate property '", Closing = "' encountered";
        if (!problem.StartsWith(Opening, StringComparison.Ordinal)) return null;
        int end = problem.LastIndexOf(Closing, StringComparison.Ordinal);
        return end < Opening.Length ? null : problem[Opening.Length..end];
    }

    // A lone surrogate such as "\ud800" passes the parser and makes JsonElement.GetString throw something else.
    private static void CheckEscapes(string path, ReadOnlySpan<byte> text, int maxDepth)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped) continue;
            char[] rented = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
            try
            {
                reader.CopyString(rented);
            }
            catch (InvalidOperationException exception)
            {
                throw new ModelFormatException(
                    path, $"byte {reader.TokenStartIndex}", "whole characters", "half of a surrogate pair", exception);
            }
            finally
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }
}

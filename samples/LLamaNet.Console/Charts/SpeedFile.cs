using System.Globalization;
using System.Text.Json;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Charts;

// What `bench --json` writes, or another program in the same form: an array of objects with kind, model, type, tokens, threads
// and tokensPerSecond, with name or device or both, and perhaps with contextTokens, share and ceiling.
internal sealed class SpeedFile(string file)
{
    private const int MaxQuoted = 40;

    public IReadOnlyList<ChartLine> Read(string json)
    {
        using JsonDocument document = Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0)
            throw Wrong("JSON", "an array of one object or more", root);
        return [.. root.EnumerateArray().Select((line, i) => ReadLine(line, $"[{i}]"))];
    }

    private JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            string place = exception.LineNumber is { } line
                ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {exception.BytePositionInLine + 1}")
                : "JSON";
            // The parser adds the place once more, counted from 0.
            throw new CommandException($"{file}: {place}: expected JSON, found: {exception.Message.Split(" LineNumber: ")[0]}");
        }
    }

    private ChartLine ReadLine(JsonElement line, string place)
    {
        if (line.ValueKind != JsonValueKind.Object) throw Wrong(place, "an object", line);
        string? name = Find("name") is null ? null : Text("name"), device = Find("device") is null ? null : Text("device");
        return new ChartLine(
            name ?? device ?? throw new CommandException($"{file}: {place}: expected name or device, found neither"),
            device, Text("kind"), Text("model"), Text("type"),
            Find("contextTokens") is null ? 0 : Count("contextTokens", least: 0), Count("tokens"), Count("threads"), Speed(),
            Find("share") is null ? null : Share(), Find("ceiling") is null ? null : Text("ceiling"), file, place);

        // The property, or null where it is missing or null.
        JsonElement? Find(string property) =>
            line.TryGetProperty(property, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

        string Text(string property) =>
            Find(property) is { ValueKind: JsonValueKind.String } value && JsonString.Read(value) is { Length: > 0 } text
                ? text
                : throw WrongProperty(property, "a string that is not empty");

        int Count(string property, int least = 1) =>
            Find(property) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int count) && count >= least
                ? count
                : throw WrongProperty(property, Quantities.Invariant($"a whole number above {least - 1}"));

        double Speed() => Number("tokensPerSecond") is { } speed and > 0
            ? speed
            : throw WrongProperty("tokensPerSecond", "a number above 0");

        double Share() => Number("share") is { } share and >= 0 ? share : throw WrongProperty("share", "a number from 0 on");

        double? Number(string property) =>
            Find(property) is { ValueKind: JsonValueKind.Number } value && value.GetDouble() is var number
                && double.IsFinite(number)
                ? number
                : null;

        CommandException WrongProperty(string property, string expected) =>
            Wrong($"{place}.{property}", expected, line.TryGetProperty(property, out JsonElement value) ? value : null);
    }

    private CommandException Wrong(string place, string expected, JsonElement? found)
    {
        string text = found?.GetRawText() ?? "nothing";
        if (text.Length > MaxQuoted) text = text[..MaxQuoted] + "…";
        return new CommandException($"{file}: {place}: expected {expected}, found {text}");
    }
}

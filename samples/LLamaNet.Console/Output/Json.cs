using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLamaNet.Console.Output;

// One JSON value on stdout, on one line.
internal static class Json
{
    // The output goes to programs, not into HTML: quotes and letters of other scripts stay readable.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Terminal terminal, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_options)) write(writer);
        terminal.Out.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    public static string Name(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static void WriteMemory(Utf8JsonWriter json, MemoryPlan plan)
    {
        json.WriteNumber("weightBytes", plan.WeightBytes);
        json.WriteNumber("kvCacheBytes", plan.KvCacheBytes);
        json.WriteNumber("scratchBytes", plan.ScratchBytes);
        json.WriteNumber("totalBytes", plan.TotalBytes);
    }
}

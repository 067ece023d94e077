using System.Text;
using System.Text.Json;

namespace LLamaNet.Loading;

// Where the variable LLAMANET_TRACE sends the trace of each model when it is disposed: 1 is a table on stderr, any other
// value a file, to which a line of JSON is appended.
internal sealed class TraceOutput
{
    public const string Variable = "LLAMANET_TRACE";

    private const string Off = "0";
    private const string Table = "1";

    private readonly string _destination;

    private TraceOutput(string destination) => _destination = destination;

    // Null when the variable is not set. Throws IOException where the file cannot be written, rather than
    // after the work.
    public static TraceOutput? FromEnvironment()
    {
        string? value = Environment.GetEnvironmentVariable(Variable);
        if (value is null or "" or Off) return null;
        if (value == Table) return new TraceOutput(value);
        try
        {
            File.AppendAllText(value, "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{Variable}: {exception.Message}", exception);
        }

        return new TraceOutput(value);
    }

    public void Write(StepTrace trace)
    {
        if (_destination == Table)
        {
            trace.WriteTable(Console.Error);
            return;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) trace.WriteJson(json);
        try
        {
            File.AppendAllText(_destination, Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A model that is disposed throws nothing.
            Console.Error.WriteLine($"{Variable}: the trace is lost: {exception.Message}");
        }
    }
}

using System.Globalization;
using System.Text.Json;

namespace LLamaNet;

/// <summary>Where the time of a model's steps went, operation by operation. See <see cref="ModelOptions.Trace"/>.</summary>
/// <param name="Device">The device in words.</param>
/// <param name="Timing">How operations were timed, in words.</param>
/// <param name="Operations">The operations, from the most time to the least.</param>
public sealed record StepTrace(string Device, string Timing, IReadOnlyList<TracedOperation> Operations)
{
    /// <summary>What a GPU reaches at most, computed from its clocks; null for a CPU, whose ceilings must be measured.</summary>
    public TraceCeilings? Ceilings { get; init; }

    /// <summary>Writes a table for people: times in microseconds, GB/s, GFLOP/s and shares.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="ceilings">
    /// What shares are of; null takes <see cref="Ceilings"/>, and without those there are no shares.
    /// </param>
    public void WriteTable(TextWriter writer, TraceCeilings? ceilings = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ceilings ??= Ceilings;
        writer.WriteLine($"{Device}; {Timing}");
        string[] header = ["operation", "operand", "rows", "count", "us", "of time", "GB/s", "GFLOP/s", "of ceiling"];
        double total = Operations.Sum(operation => operation.Time.TotalSeconds);
        List<string[]> lines = [header, .. Operations.Select(operation => Cells(operation, total, ceilings))];
        int columns = ceilings is null ? header.Length - 1 : header.Length;
        int[] widths = [.. Enumerable.Range(0, columns).Select(column => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
        {
            // Names stand at the left, numbers at the right.
            IEnumerable<string> cells = widths.Select(
                (width, column) => column < 2 ? line[column].PadRight(width) : line[column].PadLeft(width));
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    /// <summary>Writes a JSON object with the device, the way of timing and all operations.</summary>
    /// <param name="json">Where to write.</param>
    /// <param name="ceilings">
    /// What shares are of; null takes <see cref="Ceilings"/>, and without those there are no shares.
    /// </param>
    public void WriteJson(Utf8JsonWriter json, TraceCeilings? ceilings = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        ceilings ??= Ceilings;
        json.WriteStartObject();
        json.WriteString("device", Device);
        json.WriteString("timing", Timing);
        json.WriteStartArray("operations");
        foreach (TracedOperation operation in Operations)
        {
            json.WriteStartObject();
            json.WriteString("operation", operation.Name);
            json.WriteString("operand", operation.Operand);
            json.WriteNumber("rows", operation.Rows);
            json.WriteNumber("count", operation.Count);
            json.WriteNumber("microseconds", operation.Time.TotalMicroseconds);
            json.WriteNumber("bytes", operation.Bytes);
            json.WriteNumber("operations", operation.Operations);
            if (ceilings is not null) json.WriteNumber("shareOfCeiling", operation.ShareOf(ceilings));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // The time is that of one run.
    private static string[] Cells(TracedOperation operation, double total, TraceCeilings? ceilings) =>
    [
        operation.Name, operation.Operand, Number(operation.Rows, "0"), Number(operation.Count, "0"),
        Number(operation.Time.TotalMicroseconds / operation.Count, "0.0"),
        Number(total > 0 ? operation.Time.TotalSeconds / total : 0, "0.0%"),
        Number(operation.BytesPerSecond / 1e9, "0.00"),
        operation.Operations == 0 ? "-" : Number(operation.OperationsPerSecond / 1e9, "0.0"),
        ceilings is null ? "" : Number(operation.ShareOf(ceilings), "0.0%"),
    ];

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}

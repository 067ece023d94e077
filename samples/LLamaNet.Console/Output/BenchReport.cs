using System.Globalization;
using LLamaNet.Console.Measurement;

namespace LLamaNet.Console.Output;

// What a run of `bench` found. The ceilings of one thread are null where no model ran on the processor.
internal sealed class BenchReport(Terminal terminal, IReadOnlyList<BenchLine> lines, MachineCeilings? oneThread)
{
    private const string Program = "LLamaNet";

    public static string OneLine(BenchLine line)
    {
        string speed = Quantities.Invariant($"{line.TokensPerSecond:0.00} tokens/s");
        string tokens = $"{line.Tokens} tokens{Quantities.After(line.ContextTokens)}";
        return $"{line.Kind} {line.Model} {line.Type}: {tokens}, {line.Threads} threads: {speed}";
    }

    public void WriteJson()
    {
        Json.Write(terminal, json =>
        {
            json.WriteStartArray();
            foreach (BenchLine line in lines)
            {
                json.WriteStartObject();
                json.WriteString("name", Program);
                json.WriteString("device", line.Device);
                json.WriteString("kind", line.Kind);
                json.WriteString("model", line.Model);
                json.WriteString("type", line.Type);
                json.WriteNumber("contextTokens", line.ContextTokens);
                json.WriteNumber("tokens", line.Tokens);
                json.WriteNumber("threads", line.Threads);
                json.WriteNumber("tokensPerSecond", line.TokensPerSecond);
                json.WriteNumber("weightBytesPerSecond", line.WeightBytesPerSecond);
                json.WriteNumber("cacheBytesPerSecond", line.CacheBytesPerSecond);
                json.WriteNumber("operationsPerSecond", line.OperationsPerSecond);
                WriteNumber("bandwidthShare", line.BandwidthShare);
                WriteNumber("arithmeticShare", line.ArithmeticShare);
                json.WriteString("ceiling", line.Ceiling);
                WriteNumber("share", line.Share);
                WriteNumber("bandwidth", line.Ceilings?.Bandwidth);
                WriteNumber("singleThreadBandwidth", line.Ceilings is null ? null : oneThread?.Bandwidth);
                WriteNumber("arithmeticPeak", line.ArithmeticPeak);
                WriteNumber("int8Peak", line.Ceilings?.Int8Peak);
                WriteNumber("f32Peak", line.Ceilings?.F32Peak);
                if (line.Trace is { } trace)
                {
                    json.WritePropertyName("trace");
                    trace.WriteJson(json, line.TraceCeilings);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();

            void WriteNumber(string name, double? value)
            {
                if (value is { } number) json.WriteNumber(name, number);
                else json.WriteNull(name);
            }
        });
    }

    // The lines, as bars too where a person looks, and what they are shares of.
    public void WriteText()
    {
        WriteLines();
        if (terminal.OutIsPerson) new SpeedBars(lines).Write(terminal.OutConsole);
        if (oneThread is not null)
        {
            terminal.Out.WriteLine();
            WriteCeilings(oneThread);
        }

        foreach (BenchLine line in lines)
        {
            if (line.Trace is not { } trace) continue;
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(OneLine(line));
            trace.WriteTable(terminal.Out, line.TraceCeilings);
        }
    }

    private void WriteLines()
    {
        var columns = new Columns(
            "kind", "model", "type", "context>", "tokens>", "threads>", "tokens/s>", "GB/s>", "of reads>", "GOP/s>", "of peak>",
            "ceiling",
            "share>");
        foreach (BenchLine line in lines)
        {
            columns.Add(
                line.Kind, line.Model, line.Type, Number(line.ContextTokens), Number(line.Tokens), Number(line.Threads),
                Quantities.Invariant($"{line.TokensPerSecond:0.00}"),
                Billions(line.BytesPerSecond, 2), Percent(line.BandwidthShare),
                Billions(line.OperationsPerSecond, 0), Percent(line.ArithmeticShare),
                line.Ceiling ?? "-", Percent(line.Share));
        }

        columns.Write(terminal);
    }

    // The best that each number of threads reached in this run.
    private void WriteCeilings(MachineCeilings measured)
    {
        var best = new SortedDictionary<int, MachineCeilings> { [1] = measured };
        foreach (BenchLine line in lines)
        {
            if (line.Ceilings is { } ceilings)
                best[line.Threads] = best.TryGetValue(line.Threads, out MachineCeilings? other) ? ceilings.Best(other) : ceilings;
        }

        var columns = new Columns("threads>", "reads GB/s>", "int8 GOP/s>", "f32 GOP/s>");
        foreach ((int threads, MachineCeilings ceilings) in best)
        {
            columns.Add(
                Number(threads), Billions(ceilings.Bandwidth, 2), Billions(ceilings.Int8Peak, 0), Billions(ceilings.F32Peak, 0));
        }

        columns.Write(terminal);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Billions(double number, int digits) =>
        (number / 1e9).ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is null ? "-" : Quantities.Invariant($"{share:0.0%}");
}

using System.Globalization;
using LLamaNet.Runner.Measurement;

namespace LLamaNet.Runner.Output;

internal static class BenchReport
{
    public static void WriteJson(Terminal terminal, IReadOnlyList<BenchLine> lines)
    {
        Json.Write(terminal, json =>
        {
            json.WriteStartArray();
            foreach (BenchLine line in lines)
            {
                json.WriteStartObject();
                json.WriteString("kind", line.Kind);
                json.WriteString("model", line.Model);
                json.WriteString("type", line.Type);
                json.WriteNumber("tokens", line.Tokens);
                json.WriteNumber("threads", line.Threads);
                json.WriteNumber("tokensPerSecond", line.TokensPerSecond);
                json.WriteNumber("weightBytesPerSecond", line.WeightBytesPerSecond);
                json.WriteNumber("bandwidthShare", line.BandwidthShare);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public static void WriteTable(Terminal terminal, IReadOnlyList<BenchLine> lines)
    {
        var columns = new Columns("kind", "model", "type", "tokens>", "threads>", "tokens/s>", "weights read>", "plain reads>", "share>");
        foreach (BenchLine line in lines)
        {
            columns.Add(
                line.Kind, line.Model, line.Type, line.Tokens.ToString(CultureInfo.InvariantCulture), line.Threads.ToString(CultureInfo.InvariantCulture),
                Words.Invariant($"{line.TokensPerSecond:0.00}"), Words.Rate(line.WeightBytesPerSecond), Words.Rate(line.Bandwidth),
                Words.Invariant($"{line.BandwidthShare:0.0%}"));
        }

        columns.Write(terminal);
    }

    public static string OneLine(BenchLine line) =>
        Words.Invariant($"{line.Kind} {line.Model} {line.Type}: {line.Tokens} tokens, {line.Threads} threads: {line.TokensPerSecond:0.00} tokens/s");
}

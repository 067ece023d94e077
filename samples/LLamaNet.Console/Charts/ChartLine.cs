using LLamaNet.Console.Output;

namespace LLamaNet.Console.Charts;

// One speed out of a file of them, and where it stood there. The series is the program, or the device where none is named.
internal sealed record ChartLine(
    string Series, string? Device, string Kind, string Model, string Type, int ContextTokens, int Tokens, int Threads,
    double TokensPerSecond,
    double? Share, string? Ceiling, string File, string Place)
{
    // What the bar shows, whoever was measured.
    public string Label => Quantities.Invariant(
        $"{Model} {Type}, {Tokens} tokens{Quantities.After(ContextTokens)}, {Threads} {(Threads == 1 ? "thread" : "threads")}");
}

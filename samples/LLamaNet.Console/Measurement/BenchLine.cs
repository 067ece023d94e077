namespace LLamaNet.Runner.Measurement;

// One measured speed. The bandwidth is what plain reading reaches on as many threads, measured around the same run.
internal sealed record BenchLine(
    string Kind, string Model, string Type, int Tokens, int Threads, double TokensPerSecond, double WeightBytesPerSecond, double Bandwidth)
{
    public const string Prefill = "prefill";
    public const string Decode = "decode";

    public double BandwidthShare => WeightBytesPerSecond / Bandwidth;
}

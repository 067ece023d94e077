namespace LLamaNet.Console.Measurement;

// One measured speed. ContextTokens: before the decoded ones. The ceilings are those of as many threads, measured around the
// same run; null where the model runs on something else than this machine's processor.
internal sealed record BenchLine(
    string Kind, string Model, string Type, int ContextTokens, int Tokens, int Threads, string Device,
    double TokensPerSecond, double WeightBytesPerSecond, double CacheBytesPerSecond, double OperationsPerSecond,
    MachineCeilings? Ceilings)
{
    public const string Prefill = "prefill";
    public const string Decode = "decode";
    public const string Reads = "reads";

    private const string Int8 = "int8";
    private const string F32 = "f32";

    // Of all repetitions, if asked for.
    public StepTrace? Trace { get; init; }

    // Quantized weights are multiplied as bytes, all others as floats.
    private string Arithmetic => Type is nameof(DType.F32) or nameof(DType.F16) or nameof(DType.BF16) ? F32 : Int8;

    public double? ArithmeticPeak => Arithmetic == F32 ? Ceilings?.F32Peak : Ceilings?.Int8Peak;

    public double BytesPerSecond => WeightBytesPerSecond + CacheBytesPerSecond;

    public double? BandwidthShare => BytesPerSecond / Ceilings?.Bandwidth;

    public double? ArithmeticShare => OperationsPerSecond / ArithmeticPeak;

    // The ceiling that binds is the one of which the larger share is used.
    public string? Ceiling => Ceilings is null ? null : BandwidthShare >= ArithmeticShare ? Reads : Arithmetic;

    public TraceCeilings? TraceCeilings =>
        Ceilings is null ? null : new TraceCeilings(Ceilings.Bandwidth, Ceilings.Int8Peak, Ceilings.F32Peak);

    public double? Share => Ceilings is null ? null : Math.Max(BandwidthShare!.Value, ArithmeticShare!.Value);
}

using System.Globalization;

namespace LLamaNet.Console.Output;

// Quantities as people read them.
internal static class Quantities
{
    public static string Bytes(double bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        int unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return unit == 0 ? Invariant($"{bytes:0} bytes") : Invariant($"{bytes:0.0} {units[unit]}");
    }

    // "5.31", "38.7", "512": digits that repeat from run to run.
    public static string TokensPerSecond(double speed) =>
        speed < 10 ? Invariant($"{speed:0.00}") : speed < 100 ? Invariant($"{speed:0.0}") : Invariant($"{speed:0}");

    // "95% of reads", or nothing where no ceiling is known.
    public static string Share(double? share, string? ceiling) =>
        share is null ? "" : ceiling is null ? Invariant($"{share:0%}") : Invariant($"{share:0%} of {ceiling}");

    // " after 4096", or nothing where tokens begin a sequence.
    public static string After(int contextTokens) => contextTokens > 1 ? Invariant($" after {contextTokens}") : "";

    public static string Memory(MemoryPlan plan) =>
        $"{Bytes(plan.TotalBytes)} (weights {Bytes(plan.WeightBytes)}, key/value cache {Bytes(plan.KvCacheBytes)}, "
        + $"scratch {Bytes(plan.ScratchBytes)})";

    // "12 tokens in 0.34 s, 35.3 tokens/s"
    public static string Speed(int tokens, TimeSpan time) =>
        Invariant($"{tokens} tokens in {time.TotalSeconds:0.000} s")
            + (tokens > 0 && time > TimeSpan.Zero ? Invariant($", {tokens / time.TotalSeconds:0.0} tokens/s") : "");

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

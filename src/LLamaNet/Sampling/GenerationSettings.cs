using System.Buffers;
using System.Text;

namespace LLamaNet.Sampling;

// Options after checks, with nothing left open: a copy, so that nothing the caller does later changes a running generation.
internal sealed class GenerationSettings
{
    private const int MaxStopSequences = 16;
    private const int MaxStopSequenceLength = 256;
    private const int MaxBiases = 1024;
    private const int MaxTopLogProbabilities = 20;

    // defaults: used where options are null. Errors name the property of GenerationOptions.
    public GenerationSettings(GenerationOptions options, GenerationOptions defaults, int vocabulary)
    {
        MaxOutputTokens = options.MaxOutputTokens ?? defaults.MaxOutputTokens ?? int.MaxValue;
        Temperature = options.Temperature ?? defaults.Temperature ?? 1;
        TopK = options.TopK ?? defaults.TopK ?? 0;
        TopP = options.TopP ?? defaults.TopP ?? 1;
        MinP = options.MinP;
        TypicalP = options.TypicalP;
        RepetitionPenalty = options.RepetitionPenalty ?? defaults.RepetitionPenalty ?? 1;
        PenaltyWindow = options.PenaltyWindow;
        PresencePenalty = options.PresencePenalty;
        FrequencyPenalty = options.FrequencyPenalty;
        LogitBias = [.. options.LogitBias.Select(pair => (pair.Key, pair.Value))];
        Seed = options.Seed;
        StopSequences = [.. options.StopSequences];
        IgnoreEndTokens = options.IgnoreEndTokens;
        LogProbabilities = options.LogProbabilities;
        TopLogProbabilities = options.TopLogProbabilities;

        Check(MaxOutputTokens, MaxOutputTokens >= 1, nameof(MaxOutputTokens), "at least 1");
        Check(Temperature, float.IsFinite(Temperature) && Temperature >= 0, nameof(Temperature), "a finite number from 0 up");
        Check(TopK, TopK >= 0, nameof(TopK), "at least 0");
        Check(TopP, TopP is > 0 and <= 1, nameof(TopP), "above 0 and at most 1");
        Check(MinP, MinP is >= 0 and <= 1, nameof(MinP), "from 0 to 1");
        Check(TypicalP, TypicalP is > 0 and <= 1, nameof(TypicalP), "above 0 and at most 1");
        Check(
            RepetitionPenalty, float.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, nameof(RepetitionPenalty),
            "a finite number above 0");
        Check(PenaltyWindow, PenaltyWindow >= 0, nameof(PenaltyWindow), "at least 0");
        Check(PresencePenalty, float.IsFinite(PresencePenalty), nameof(PresencePenalty), "finite");
        Check(FrequencyPenalty, float.IsFinite(FrequencyPenalty), nameof(FrequencyPenalty), "finite");
        Check(
            TopLogProbabilities, TopLogProbabilities is >= 0 and <= MaxTopLogProbabilities, nameof(TopLogProbabilities),
            "from 0 to 20");
        CheckLogitBias(vocabulary);
        CheckStopSequences();
    }

    public int MaxOutputTokens { get; }

    public float Temperature { get; }

    public int TopK { get; }

    public float TopP { get; }

    public float MinP { get; }

    public float TypicalP { get; }

    public float RepetitionPenalty { get; }

    public int PenaltyWindow { get; }

    public float PresencePenalty { get; }

    public float FrequencyPenalty { get; }

    public (int Id, float Bias)[] LogitBias { get; }

    public ulong? Seed { get; }

    public string[] StopSequences { get; }

    public bool IgnoreEndTokens { get; }

    public bool LogProbabilities { get; }

    public int TopLogProbabilities { get; }

    // Nothing but temperature, top-k, top-p and min-p shapes the choice of a token, and nothing is told about it.
    public bool IsPlain =>
        TypicalP == 1 && RepetitionPenalty == 1 && PresencePenalty == 0 && FrequencyPenalty == 0 && LogitBias.Length == 0
            && !LogProbabilities;

    private void CheckLogitBias(int vocabulary)
    {
        const string Name = nameof(LogitBias);
        Check(LogitBias.Length, LogitBias.Length <= MaxBiases, Name, "at most 1024 entries");
        foreach ((int id, float bias) in LogitBias)
        {
            Check(id, id >= 0 && id < vocabulary, Name, $"token ids from 0 to {vocabulary - 1}");
            Check(bias, !float.IsNaN(bias) && !float.IsPositiveInfinity(bias), Name, "numbers below infinity");
        }

        int forbidden = LogitBias.Count(entry => float.IsNegativeInfinity(entry.Bias));
        Check(forbidden, forbidden < vocabulary, Name, "to leave at least one token");
    }

    private void CheckStopSequences()
    {
        const string Name = nameof(StopSequences);
        Check(StopSequences.Length, StopSequences.Length <= MaxStopSequences, Name, "at most 16 strings");
        foreach (string stop in StopSequences)
        {
            Check(
                stop?.Length ?? 0, stop is { Length: > 0 and <= MaxStopSequenceLength }, Name, "strings of 1 to 256 characters");
            // Half a character never appears whole in the text, and holding it back would split one.
            Check(0, IsWellFormed(stop!), Name, "strings of whole characters");
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int length) != OperationStatus.Done) return false;
            rest = rest[length..];
        }

        return true;
    }

    private static void Check<T>(T value, bool isGood, string property, string allowed)
    {
        if (!isGood) throw new ArgumentOutOfRangeException(property, value, $"GenerationOptions.{property} must be {allowed}.");
    }
}

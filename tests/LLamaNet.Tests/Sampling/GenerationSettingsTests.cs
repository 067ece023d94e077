using LLamaNet.Sampling;
using Xunit;

namespace LLamaNet.Tests.Sampling;

public class GenerationSettingsTests
{
    private const int Vocabulary = 2000;

    public static TheoryData<string, GenerationOptions> Wrong => new()
    {
        { "MaxOutputTokens", new() { MaxOutputTokens = 0 } },
        { "Temperature", new() { Temperature = -0.1f } },
        { "Temperature", new() { Temperature = float.NaN } },
        { "Temperature", new() { Temperature = float.PositiveInfinity } },
        { "TopK", new() { TopK = -1 } },
        { "TopP", new() { TopP = 0 } },
        { "TopP", new() { TopP = 1.01f } },
        { "TopP", new() { TopP = float.NaN } },
        { "MinP", new() { MinP = -0.1f } },
        { "MinP", new() { MinP = 1.1f } },
        { "TypicalP", new() { TypicalP = 0 } },
        { "TypicalP", new() { TypicalP = float.NaN } },
        { "RepetitionPenalty", new() { RepetitionPenalty = 0 } },
        { "RepetitionPenalty", new() { RepetitionPenalty = float.PositiveInfinity } },
        { "PenaltyWindow", new() { PenaltyWindow = -1 } },
        { "PresencePenalty", new() { PresencePenalty = float.NaN } },
        { "FrequencyPenalty", new() { FrequencyPenalty = float.NegativeInfinity } },
        { "TopLogProbabilities", new() { TopLogProbabilities = 21 } },
        { "TopLogProbabilities", new() { TopLogProbabilities = -1 } },
        { "LogitBias", new() { LogitBias = new Dictionary<int, float> { [-1] = 0 } } },
        { "LogitBias", new() { LogitBias = new Dictionary<int, float> { [Vocabulary] = 0 } } },
        { "LogitBias", new() { LogitBias = new Dictionary<int, float> { [0] = float.NaN } } },
        { "LogitBias", new() { LogitBias = new Dictionary<int, float> { [0] = float.PositiveInfinity } } },
        { "LogitBias", new() { LogitBias = Enumerable.Range(0, 1025).ToDictionary(id => id, _ => 1f) } },
        { "StopSequences", new() { StopSequences = [""] } },
        { "StopSequences", new() { StopSequences = [null!] } },
        { "StopSequences", new() { StopSequences = [new string('a', 257)] } },
        { "StopSequences", new() { StopSequences = [.. Enumerable.Repeat("a", 17)] } },
        { "StopSequences", new() { StopSequences = ["\uDE00"] } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Options_out_of_range_are_refused_by_name(string property, GenerationOptions options)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new GenerationSettings(options, new(), Vocabulary));

        Assert.Equal(property, exception.ParamName);
        Assert.Contains($"GenerationOptions.{property} must be", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bounds_themselves_are_allowed()
    {
        var options = new GenerationOptions
        {
            MaxOutputTokens = 1,
            Temperature = 0,
            TopK = 0,
            TopP = 1,
            MinP = 1,
            TypicalP = 1,
            RepetitionPenalty = 1,
            PenaltyWindow = 0,
            TopLogProbabilities = 20,
            LogitBias = Enumerable.Range(0, 1024).ToDictionary(id => id, _ => float.NegativeInfinity),
            StopSequences = [.. Enumerable.Repeat("😀" + new string('a', 254), 16)],
        };

        Assert.Equal(1024, new GenerationSettings(options, new(), Vocabulary).LogitBias.Length);
    }

    [Fact]
    public void A_bias_must_leave_a_token()
    {
        var options = new GenerationOptions
        {
            LogitBias = new Dictionary<int, float>
            {
                [0] = float.NegativeInfinity,
                [1] = float.NegativeInfinity
            }
        };

        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerationSettings(options, new(), 2));
    }

    [Fact]
    public void Options_win_over_defaults_and_defaults_over_nothing()
    {
        var defaults = new GenerationOptions { Temperature = 0.6f, TopP = 0.9f, TopK = 50, RepetitionPenalty = 1.1f };

        var settings = new GenerationSettings(new() { Temperature = 0.2f }, defaults, Vocabulary);
        var plain = new GenerationSettings(new(), new(), Vocabulary);

        Assert.Equal((0.2f, 0.9f, 50, 1.1f), (settings.Temperature, settings.TopP, settings.TopK, settings.RepetitionPenalty));
        Assert.Equal((1f, 1f, 0, 1f), (plain.Temperature, plain.TopP, plain.TopK, plain.RepetitionPenalty));
    }
}

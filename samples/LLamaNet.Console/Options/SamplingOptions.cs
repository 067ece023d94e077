using System.CommandLine;

namespace LLamaNet.Console.Options;

// How tokens are chosen and when to stop.
internal sealed class SamplingOptions
{
    // Of probability to keep: none at all is not a choice.
    private const float MinShare = 0.0001f;
    private const int MaxStops = 16; // as the library has it

    private readonly NumberOption<int> _maxTokens = new(
        "--max-tokens", "Most tokens to generate (default: until the model ends or the context is full)", 1, int.MaxValue);
    private readonly NumberOption<float> _temperature = new(
        "--temperature", "Divisor of the logits; 0 always takes the likeliest token", 0, 100);
    private readonly NumberOption<int> _topK = new(
        "--top-k", "Keep this many of the likeliest tokens; 0 keeps all", 0, int.MaxValue);
    private readonly NumberOption<float> _topP = new(
        "--top-p", "Keep the likeliest tokens up to this probability; 1 keeps all", MinShare, 1);
    private readonly NumberOption<float> _minP = new(
        "--min-p", "Keep tokens at least this fraction as likely as the likeliest", 0, 1);
    private readonly NumberOption<float> _typicalP = new(
        "--typical-p", "Keep the most typical tokens up to this probability; 1 keeps all", MinShare, 1);
    private readonly NumberOption<float> _repeatPenalty = new(
        "--repeat-penalty", "Divides the logits of tokens already seen; 1 is off", 0.01f, 100);
    private readonly NumberOption<float> _presencePenalty = new(
        "--presence-penalty", "Subtracted from the logits of tokens already seen", -100, 100);
    private readonly NumberOption<float> _frequencyPenalty = new(
        "--frequency-penalty", "Subtracted once for each time a token was seen", -100, 100);
    private readonly NumberOption<int> _penaltyWindow = new(
        "--penalty-window", "Latest tokens that the penalties look at; 0 is all (default 64)", 0, int.MaxValue);
    private readonly ListOption<KeyValuePair<int, float>> _logitBias = Lists.Biases(
        "--logit-bias", "Added to the logits of token ids; -inf forbids one");
    private readonly NumberOption<ulong> _seed = new(
        "--seed", "Seed of the sampler (default: drawn, and told by --stats)", 0, ulong.MaxValue);
    private readonly Option<string[]> _stop = new("--stop")
    {
        Description = "Text that ends the answer; may be given several times",
        HelpName = "TEXT",
    };
    private readonly Option<bool> _ignoreEos = new("--ignore-eos") { Description = "Go on when the model says it is done" };

    public void AddTo(Command command)
    {
        command.Add(_maxTokens);
        command.Add(_temperature);
        command.Add(_topK);
        command.Add(_topP);
        command.Add(_minP);
        command.Add(_typicalP);
        command.Add(_repeatPenalty);
        command.Add(_presencePenalty);
        command.Add(_frequencyPenalty);
        command.Add(_penaltyWindow);
        command.Add(_logitBias);
        command.Add(_seed);
        _stop.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value).Where(text => text.Length is 0 or > 256))
                result.AddError($"--stop: expected 1 to 256 characters, found {text.Length}.");
            if (result.Tokens.Count > MaxStops)
                result.AddError($"--stop: expected at most {MaxStops} texts, found {result.Tokens.Count}.");
        });
        command.Add(_stop);
        command.Add(_ignoreEos);
    }

    // What is not given keeps the value that `defaults` has.
    public GenerationOptions Bind(ParseResult parsed, GenerationOptions defaults) => defaults with
    {
        MaxOutputTokens = parsed.GetValue(_maxTokens) ?? defaults.MaxOutputTokens,
        Temperature = parsed.GetValue(_temperature) ?? defaults.Temperature,
        TopK = parsed.GetValue(_topK) ?? defaults.TopK,
        TopP = parsed.GetValue(_topP) ?? defaults.TopP,
        MinP = parsed.GetValue(_minP) ?? defaults.MinP,
        TypicalP = parsed.GetValue(_typicalP) ?? defaults.TypicalP,
        RepetitionPenalty = parsed.GetValue(_repeatPenalty) ?? defaults.RepetitionPenalty,
        PresencePenalty = parsed.GetValue(_presencePenalty) ?? defaults.PresencePenalty,
        FrequencyPenalty = parsed.GetValue(_frequencyPenalty) ?? defaults.FrequencyPenalty,
        PenaltyWindow = parsed.GetValue(_penaltyWindow) ?? defaults.PenaltyWindow,
        LogitBias = Biases(parsed, defaults),
        Seed = parsed.GetValue(_seed) ?? defaults.Seed,
        StopSequences = [.. defaults.StopSequences, .. parsed.GetValue(_stop) ?? []],
        IgnoreEndTokens = parsed.GetValue(_ignoreEos),
    };

    // Of several biases for a token the last one counts.
    private Dictionary<int, float> Biases(ParseResult parsed, GenerationOptions defaults)
    {
        var biases = new Dictionary<int, float>(defaults.LogitBias);
        foreach ((int id, float bias) in _logitBias.Read(parsed)) biases[id] = bias;
        return biases;
    }
}

namespace LLamaNet.Sampling;

// Makes tokens of the last `window` ones (0: of all) less likely. For a token seen n > 0 times
//   logit = (logit > 0 ? logit / repetition : logit * repetition) - n * frequency - presence
internal sealed class Penalties
{
    private readonly int _window;
    private readonly double _repetition;
    private readonly double _presence;
    private readonly double _frequency;
    private readonly Dictionary<int, int> _counts = [];

    // history: the prompt.
    public Penalties(GenerationSettings settings, ReadOnlySpan<int> history)
    {
        _window = settings.PenaltyWindow == 0 ? int.MaxValue : settings.PenaltyWindow;
        _repetition = settings.RepetitionPenalty;
        _presence = settings.PresencePenalty;
        _frequency = settings.FrequencyPenalty;
        if (IsOff) return;
        foreach (int id in history[Math.Max(0, history.Length - _window)..]) Count(id, 1);
    }

    private bool IsOff => _repetition == 1 && _presence == 0 && _frequency == 0;

    // history: all tokens, the newest last.
    public void Observe(ReadOnlySpan<int> history)
    {
        if (IsOff) return;
        Count(history[^1], 1);
        if (history.Length > _window) Count(history[^(_window + 1)], -1);
    }

    public void Apply(Span<float> logits)
    {
        foreach ((int id, int count) in _counts)
        {
            if (id >= logits.Length) continue;
            // Double precision cannot overflow here, and a logit of infinity would be.
            double logit = logits[id];
            logit = logit > 0 ? logit / _repetition : logit * _repetition;
            logits[id] = (float)Math.Min(logit - count * _frequency - _presence, float.MaxValue);
        }
    }

    private void Count(int id, int change)
    {
        int count = _counts.GetValueOrDefault(id) + change;
        if (count == 0) _counts.Remove(id);
        else _counts[id] = count;
    }
}

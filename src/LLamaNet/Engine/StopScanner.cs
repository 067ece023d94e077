namespace LLamaNet.Engine;

// Finds the stop sequence that ends first in a stream of text (the longest of those that end together) and holds back the
// longest end of the text that could still become one. Knuth-Morris-Pratt for all strings side by side, a character at a
// time, so nothing depends on how the text is cut.
internal sealed class StopScanner
{
    private readonly string[] _stops;
    // [stop][n]: length of the longest proper prefix of the stop that ends its first n + 1 characters
    private readonly int[][] _borders;
    private readonly int[] _matched; // [stop]: characters of it that the text ends with
    private string _held = "";

    public StopScanner(string[] stops)
    {
        _stops = stops;
        _borders = [.. stops.Select(Borders)];
        _matched = new int[stops.Length];
    }

    // Once set, the text has ended.
    public string? Found { get; private set; }

    // What may be emitted now.
    public string Append(string text)
    {
        if (_stops.Length == 0 || text.Length == 0) return text;
        string pending = _held + text;
        for (int i = _held.Length; i < pending.Length; i++)
        {
            Advance(pending[i]);
            if (Found is null) continue;
            _held = "";
            return pending[..(i + 1 - Found.Length)];
        }

        int emitted = pending.Length - _matched.Max();
        _held = pending[emitted..];
        return pending[..emitted];
    }

    // What was held back, at the end of the text.
    public string Flush()
    {
        string held = _held;
        _held = "";
        Array.Clear(_matched);
        return held;
    }

    private void Advance(char next)
    {
        for (int i = 0; i < _stops.Length; i++)
        {
            _matched[i] = Extend(_stops[i], _borders[i], _matched[i], next);
            if (_matched[i] == _stops[i].Length && _matched[i] > (Found?.Length ?? 0)) Found = _stops[i];
        }
    }

    private static int Extend(string stop, int[] borders, int matched, char next)
    {
        while (matched > 0 && stop[matched] != next) matched = borders[matched - 1];
        return stop[matched] == next ? matched + 1 : 0;
    }

    private static int[] Borders(string stop)
    {
        var borders = new int[stop.Length];
        for (int i = 1; i < stop.Length; i++) borders[i] = Extend(stop, borders, borders[i - 1], stop[i]);
        return borders;
    }
}

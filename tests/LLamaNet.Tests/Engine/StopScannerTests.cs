using CsCheck;
using LLamaNet.Engine;
using Xunit;

namespace LLamaNet.Tests.Engine;

public class StopScannerTests
{
    private static readonly Gen<string> s_text = Gen.Char["abc"].Array[0, 40].Select(chars => new string(chars));
    private static readonly Gen<string[]> s_stops = Gen.Char["abc"].Array[1, 5].Select(chars => new string(chars)).Array[0, 4];

    [Fact]
    public void Text_ends_before_the_stop_sequence_that_ends_first() =>
        Gen.Select(s_text, s_stops, Gen.Int[0, 40].Array[0, 8]).Sample((text, stops, cuts) =>
        {
            (string expected, string? stop) = Naive(text, stops);
            var scanner = new StopScanner(stops);
            string emitted = "";
            int[] bounds = [0, .. cuts.Where(cut => cut < text.Length).Order(), text.Length];
            for (int i = 1; i < bounds.Length && scanner.Found is null; i++)
            {
                emitted += scanner.Append(text[bounds[i - 1]..bounds[i]]);
                // Nothing that could still belong to a stop sequence has been emitted, and nothing else is held back.
                if (scanner.Found is null) Assert.Equal(bounds[i] - Held(text[..bounds[i]], stops), emitted.Length);
            }

            if (scanner.Found is null) emitted += scanner.Flush();

            Assert.Equal(expected, emitted);
            Assert.Equal(stop, scanner.Found);
        }, iter: 20_000);

    [Fact]
    public void The_longest_of_the_strings_that_end_together_is_taken()
    {
        var scanner = new StopScanner(["b", "ab"]);

        Assert.Equal("x", scanner.Append("xa"));
        Assert.Equal("", scanner.Append("bc"));
        Assert.Equal("ab", scanner.Found);
    }

    [Fact]
    public void Without_stop_sequences_text_passes_at_once()
    {
        string text = "abc";
        Assert.Same(text, new StopScanner([]).Append(text));
    }

    private static (string Text, string? Stop) Naive(string text, string[] stops)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            string? stop = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (stop is not null) return (text[..(end - stop.Length)], stop);
        }

        return (text, null);
    }

    private static int Held(string text, string[] stops) =>
        Enumerable.Range(0, text.Length + 1).Last(length => length == 0
            || stops.Any(stop => stop.Length >= length && text.EndsWith(stop[..length], StringComparison.Ordinal)));
}

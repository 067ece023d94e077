using System.Globalization;
using System.Text;

namespace LLamaNet.Tokenization.Words;

// Reads the part of the language of regular expressions that tokenizers use: alternatives of rows of characters, classes,
// groups of short words and (?!class), with quantifiers on characters and classes.
internal sealed class WordPatternParser(string text)
{
    // Alternatives that look far in vain, and one that must stand beside each and takes the run that it looked along.
    private static readonly (string Alternative, string TakesTheRun)[] s_linear =
    [
        (@"\s+(?!\S)", @"\s+(?!\S)"),
        (@"\s*[\r\n]+", @"\s+(?!\S)"),
        (@"\s*[\r\n]+", @"\s+"),
        (@"\s*[\r\n]", @"\s+(?!\S)"),
        // Of jais-2, whose spaces are cut into powers of two.
        (@"\s*[\r\n]+", @"\s{512}(?!\S)"),
        Cased("]", ""),
        Cased("]", WordPatterns.AnyCaseContraction + "?"),
        Cased(WordPatterns.NotHan + "]", WordPatterns.AnyCaseContraction + "?"),
    ];

    // Steps of their own: by hand each takes a time that is linear over all its matches.
    private static readonly Dictionary<string, WordElement> s_special = new()
    {
        [@"\s+$"] = new WordElement.SpaceAtEnd(),
        [@"\d{1,3}(?=(?:\d{3})*\b)"] = new WordElement.DigitGroups(onlyThrees: false),
        [@"(?=(\d{3})+(?!\d))"] = new WordElement.DigitGroups(onlyThrees: true),
    };

    private int _at;

    // Whether all alternatives together take a time that is linear in the text's length.
    public static bool AreLinear(IReadOnlyList<(string Text, WordAlternative Alternative)> alternatives)
    {
        HashSet<string> texts = [.. alternatives.Select(part => part.Text)];
        return alternatives.All(part => !part.Alternative.MayLookFarInVain
            || s_linear.Any(known => known.Alternative == part.Text && texts.Contains(known.TakesTheRun)));
    }

    public List<(string Text, WordAlternative Alternative)>? TryParse()
    {
        var alternatives = new List<(string, WordAlternative)>();
        try
        {
            while (true)
            {
                int start = _at;
                WordElement[] steps = TakeSpecial() is { } special ? [special] : ReadSteps();
                if (steps.Length == 0) return null;
                alternatives.Add((text[start.._at], new(steps)));
                if (_at == text.Length) return alternatives;
                Expect('|');
            }
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private WordElement? TakeSpecial()
    {
        foreach ((string special, WordElement step) in s_special)
        {
            if (!text.AsSpan(_at).StartsWith(special, StringComparison.Ordinal)) continue;
            _at += special.Length;
            return step;
        }

        return null;
    }

    private WordElement[] ReadSteps()
    {
        var steps = new List<WordElement>();
        while (_at < text.Length && text[_at] != '|')
        {
            if (Take("(?!"))
            {
                steps.Add(new WordElement.NotAhead(ReadSet(ignoreCase: false)));
                Expect(')');
            }
            else if (Take("(?i:"))
            {
                steps.Add(ReadChoice(ignoreCase: true, ')'));
            }
            else if (Take("(?:") || Take("("))
            {
                steps.Add(ReadChoice(ignoreCase: false, ')'));
            }
            else
            {
                steps.Add(ReadRun());
            }
        }

        return [.. steps];
    }

    private WordElement.Run ReadRun()
    {
        CharacterSet set = ReadSet(ignoreCase: false);
        (int min, int max) = (1, 1);
        if (Take("*")) (min, max) = (0, int.MaxValue);
        else if (Take("+")) (min, max) = (1, int.MaxValue);
        else if (Take("?")) (min, max) = (0, 1);
        else if (Take("{")) (min, max) = ReadCounts();
        return new(set, min, max, isPossessive: Take("+"));
    }

    private (int Min, int Max) ReadCounts()
    {
        int min = ReadNumber();
        int max = Take(",") ? ReadNumber() : min;
        Expect('}');
        return min <= max && max is > 0 and <= 1024 ? (min, max) : throw Unknown();
    }

    private int ReadNumber()
    {
        int start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        if (_at - start is 0 or > 5) throw Unknown();
        return int.Parse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture);
    }

    private WordElement.Choice ReadChoice(bool ignoreCase, char close)
    {
        var words = new List<CharacterSet[]>();
        var word = new List<CharacterSet>();
        while (true)
        {
            if (Take("|") || Take(close.ToString()))
            {
                if (word.Count == 0) throw Unknown();
                words.Add([.. word]);
                word.Clear();
                if (text[_at - 1] == close) return new([.. words], isOptional: Take("?"));
            }
            else
            {
                word.Add(ReadSet(ignoreCase));
            }
        }
    }

    // One character, \x, \p{X} or [class].
    private CharacterSet ReadSet(bool ignoreCase)
    {
        if (Take("[")) return ReadClass(ignoreCase);
        if (_at < text.Length && text[_at] is '*' or '+' or '?' or '{' or ')' or '.' or '^' or '$') throw Unknown();
        bool isNegated = Take(@"\S");
        var ranges = new List<(int, int)>();
        CharacterTraits traits = isNegated ? CharacterTraits.WhiteSpace : ReadItem(ranges);
        return new(traits, ignoreCase ? [.. ranges, .. OtherCases(ranges)] : ranges, isNegated);
    }

    // Behind its [.
    private CharacterSet ReadClass(bool ignoreCase)
    {
        bool isNegated = Take("^");
        var ranges = new List<(int, int)>();
        CharacterTraits traits = CharacterTraits.None;
        CharacterSet? within = null;
        while (!Take("]"))
        {
            if (Take("&&["))
            {
                within = ReadClass(ignoreCase);
                Expect(']');
                break;
            }

            traits |= ReadItem(ranges);
        }

        return new(traits, ignoreCase ? [.. ranges, .. OtherCases(ranges)] : ranges, isNegated, within);
    }

    // A character or a range goes to `ranges`; categories are returned.
    private CharacterTraits ReadItem(List<(int, int)> ranges)
    {
        if (Take(@"\s")) return CharacterTraits.WhiteSpace;
        if (Take(@"\d")) return CharacterTraits.DecimalDigit;
        if (Take(@"\p{")) return ReadCategory(ranges);
        int first = ReadCharacter();
        int last = first;
        if (_at + 1 < text.Length && text[_at] == '-' && text[_at + 1] != ']')
        {
            _at++;
            last = ReadCharacter();
        }

        if (last < first) throw Unknown();
        ranges.Add((first, last));
        return CharacterTraits.None;
    }

    private CharacterTraits ReadCategory(List<(int, int)> ranges)
    {
        int end = text.IndexOf('}', _at);
        if (end < 0) throw Unknown();
        string name = text[_at..end];
        _at = end + 1;
        switch (name)
        {
            case "L": return CharacterTraits.Letter;
            case "Lu": return CharacterTraits.UppercaseLetter;
            case "Ll": return CharacterTraits.LowercaseLetter;
            case "Lt": return CharacterTraits.TitlecaseLetter;
            case "Lm": return CharacterTraits.ModifierLetter;
            case "Lo": return CharacterTraits.OtherLetter;
            case "M": return CharacterTraits.Mark;
            case "N": return CharacterTraits.Number;
            case "Nd": return CharacterTraits.DecimalDigit;
            case "P": return CharacterTraits.Punctuation;
            case "S": return CharacterTraits.Symbol;
            case "Han":
                ranges.AddRange(HanScript.Ranges);
                return CharacterTraits.None;
            default: throw Unknown();
        }
    }

    private int ReadCharacter()
    {
        if (_at == text.Length) throw Unknown();
        if (text[_at] == '\\')
        {
            if (++_at == text.Length) throw Unknown();
            char escaped = text[_at++];
            return escaped switch
            {
                'r' => '\r',
                'n' => '\n',
                't' => '\t',
                _ when char.IsAsciiLetterOrDigit(escaped) => throw Unknown(),
                _ => escaped,
            };
        }

        if (Rune.DecodeFromUtf16(text.AsSpan(_at), out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
            throw Unknown();
        _at += length;
        return rune.Value;
    }

    // ASCII letters of the other case, and those that fold to one: ſ and the sign of Kelvin.
    private static IEnumerable<(int, int)> OtherCases(List<(int First, int Last)> ranges)
    {
        foreach ((int first, int last) in ranges)
        {
            for (int c = first; c <= last; c++)
            {
                if (c >= 128 || !char.IsAsciiLetter((char)c)) continue;
                yield return (c ^ 0x20, c ^ 0x20);
                if ((c | 0x20) == 's') yield return ('ſ', 'ſ');
                if ((c | 0x20) == 'k') yield return ('\u212A', '\u212A');
            }
        }
    }

    private bool Take(string token)
    {
        if (!text.AsSpan(_at).StartsWith(token, StringComparison.Ordinal)) return false;
        _at += token.Length;
        return true;
    }

    private void Expect(char c)
    {
        if (!Take(c.ToString())) throw Unknown();
    }

    private FormatException Unknown() => new(text);

    // Words of upper, then lower case: the runs share some categories, so the first gives characters back.
    private static (string, string) Cased(string end, string suffix)
    {
        (string upper, string lower) = (WordPatterns.CasedUpper + end, WordPatterns.CasedLower + end);
        return ($"{upper}*{lower}+{suffix}", $"{upper}+{lower}*{suffix}");
    }
}

using System.Globalization;
using System.Text;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Normalization;

// One normalizer, named as in tokenizer.json.
internal sealed record NormalizerStep(string Name, Func<string, string> Apply)
{
    public static readonly NormalizerStep Lowercase = new("Lowercase", text => MapRunes(text, (rune, result) =>
    {
        // The only character that two others are the lower case of.
        if (rune.Value == 'İ') result.Append("i\u0307");
        else result.Append(Rune.ToLowerInvariant(rune));
    }));

    public static readonly NormalizerStep StripAccents = new("StripAccents", text => MapRunes(text, (rune, result) =>
    {
        if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.EnclosingMark))
            result.Append(rune);
    }));

    // Of machine translation: control characters vanish, rare white space is a space.
    public static readonly NormalizerStep Nmt = new("Nmt", text => MapRunes(text, (rune, result) =>
    {
        switch (rune.Value)
        {
            case (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F:
                break;
            case 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581
                or 0xFEFF or 0xFFFD:
                result.Append(' ');
                break;
            default:
                result.Append(rune);
                break;
        }
    }));

    // SentencePiece's remove_extra_whitespaces: runs of spaces become one, those at both ends vanish.
    public static readonly NormalizerStep RemoveExtraSpaces = new(
        "remove_extra_whitespaces", text => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    public static NormalizerStep Unicode(string form) => new(
        form, text => UnicodeNormalization.Apply(
            text, isCompatible: form.Contains('K', StringComparison.Ordinal), composes: form.EndsWith('C')));

    public static NormalizerStep Strip(bool left, bool right) => new("Strip", text =>
    {
        if (left) text = text.TrimStart();
        return right ? text.TrimEnd() : text;
    });

    public static NormalizerStep Prepend(string prefix) => new("Prepend", text => text.Length == 0 ? text : prefix + text);

    public static NormalizerStep Replace(string old, string content) =>
        new("Replace", text => text.Replace(old, content, StringComparison.Ordinal));

    public static NormalizerStep Replace(WordPattern pattern, string content) => new("Replace", text =>
    {
        var result = new StringBuilder();
        int runEnd = 0;
        for (int at = 0; at < text.Length;)
        {
            int end = pattern.Match(text, at, ref runEnd);
            if (end < 0) result.Append(text[at++]);
            else
            {
                result.Append(content);
                at = end;
            }
        }

        return result.ToString();
    });

    private static string MapRunes(string text, Action<Rune, StringBuilder> append)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) append(rune, result);
        return result.ToString();
    }
}

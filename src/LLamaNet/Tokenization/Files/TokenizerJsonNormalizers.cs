using LLamaNet.Tokenization.Normalization;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Files;

// The normalizers of tokenizer.json. SentencePiece's own two (a space first, ▁ for each space) are part of the tokenizer;
// the others run before it.
internal sealed record TokenizerJsonNormalizers(TextNormalizer? Normalizer, bool PrependsSpace, bool EscapesSpaces)
{
    private const string Space = "▁";

    // isByteLevel: ▁ is an ordinary character there.
    public static TokenizerJsonNormalizers Read(IReadOnlyList<JsonPlace> normalizers, bool isByteLevel)
    {
        var steps = new List<NormalizerStep>();
        bool prepends = false;
        bool escapes = false;
        foreach (JsonPlace normalizer in normalizers)
        {
            if (!isByteLevel && IsPrepend(normalizer)) prepends = true;
            else if (!isByteLevel && IsEscape(normalizer)) escapes = true;
            else if (prepends || escapes) AddBehind(normalizer, steps);
            else if (Read(normalizer) is { } step) steps.Add(step);
        }

        return new(steps.Count == 0 ? null : new(steps), prepends, escapes);
    }

    // Behind ▁ only what would do the same before it.
    private static void AddBehind(JsonPlace normalizer, List<NormalizerStep> steps)
    {
        if (TypeOf(normalizer) is not ("NFC" or "NFD" or "NFKC" or "NFKD" or "Lowercase" or "StripAccents"))
            throw normalizer.Get("type").Error("a Unicode normalization behind ▁");
        steps.Add(Read(normalizer)!);
    }

    private static bool IsPrepend(JsonPlace normalizer) =>
        TypeOf(normalizer) == "Prepend" && normalizer.Get("prepend").Text() == Space;

    private static bool IsEscape(JsonPlace normalizer) =>
        TypeOf(normalizer) == "Replace"
        && normalizer.Get("pattern").Find("String")?.Text() == " " && normalizer.Get("content").Text() == Space;

    // null for one that does nothing.
    private static NormalizerStep? Read(JsonPlace normalizer)
    {
        switch (TypeOf(normalizer))
        {
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                return NormalizerStep.Unicode(TypeOf(normalizer));
            case "Lowercase":
                return NormalizerStep.Lowercase;
            case "StripAccents":
                return NormalizerStep.StripAccents;
            case "Nmt":
                return NormalizerStep.Nmt;
            case "Strip":
                return NormalizerStep.Strip(
                    normalizer.Find("strip_left")?.Flag() ?? true, normalizer.Find("strip_right")?.Flag() ?? true);
            case "Prepend":
                return NormalizerStep.Prepend(normalizer.Get("prepend").Text());
            case "Replace":
                return ReadReplace(normalizer);
            case "Precompiled" when normalizer.Find("precompiled_charsmap") is not { } map || map.Text().Length == 0:
                return null;
            case "Precompiled":
                return ReadCharsmap(normalizer.Get("precompiled_charsmap"));
            default:
                throw normalizer.Get("type").Error(
                    "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Nmt, Prepend, Replace or Precompiled");
        }
    }

    private static NormalizerStep ReadReplace(JsonPlace replace)
    {
        string content = replace.Get("content").Text();
        JsonPlace pattern = replace.Get("pattern");
        if (pattern.Find("String") is { } text)
            return text.Text().Length > 0 ? NormalizerStep.Replace(text.Text(), content) : throw text.Error("text");
        JsonPlace regex = pattern.Get("Regex");
        return NormalizerStep.Replace(WordPattern.TryParse(regex.Text()) ?? throw regex.Error("a simple pattern"), content);
    }

    private static NormalizerStep ReadCharsmap(JsonPlace map)
    {
        try
        {
            return new CharacterMap(Convert.FromBase64String(map.Text())).Step;
        }
        catch (FormatException)
        {
            throw map.Error("base64 of a map of characters");
        }
    }

    private static string TypeOf(JsonPlace stage) => stage.Get("type").Text();
}

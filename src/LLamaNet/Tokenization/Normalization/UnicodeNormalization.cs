using System.Text;

namespace LLamaNet.Tokenization.Normalization;

// NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15). string.Normalize changes nothing, in silence, where an application
// runs without ICU (InvariantGlobalization).
internal static class UnicodeNormalization
{
    // Syllables of Korean are computed: (leading x 21 + vowel) x 28 + trailing.
    private const int FirstSyllable = 0xAC00, FirstLeading = 0x1100, FirstVowel = 0x1161, BeforeTrailing = 0x11A7;
    private const int Leadings = 19, Vowels = 21, Trailings = 28;

    // text: well-formed.
    public static string Apply(string text, bool isCompatible, bool composes)
    {
        // Nothing below these changes.
        char first = isCompatible ? '\u00A0' : composes ? '\u0300' : '\u00C0';
        if (!text.AsSpan().ContainsAnyInRange(first, char.MaxValue)) return text;

        List<int> characters = Decompose(text, isCompatible);
        Reorder(characters);
        if (composes) Compose(characters);
        var result = new StringBuilder(characters.Count);
        foreach (int character in characters) result.Append(new Rune(character));
        return result.ToString();
    }

    private static List<int> Decompose(string text, bool isCompatible)
    {
        UnicodeTables tables = UnicodeTables.Shared;
        var characters = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int syllable = rune.Value - FirstSyllable;
            if (syllable is >= 0 and < Leadings * Vowels * Trailings)
            {
                characters.Add(FirstLeading + syllable / (Vowels * Trailings));
                characters.Add(FirstVowel + syllable / Trailings % Vowels);
                if (syllable % Trailings > 0) characters.Add(BeforeTrailing + syllable % Trailings);
            }
            else if ((isCompatible && tables.Compatible.TryGetValue(rune.Value, out int[]? parts))
                || tables.Canonical.TryGetValue(rune.Value, out parts))
            {
                characters.AddRange(parts);
            }
            else
            {
                characters.Add(rune.Value);
            }
        }

        return characters;
    }

    // Marks behind a letter stand in the order of their classes.
    private static void Reorder(List<int> characters)
    {
        for (int start = 0; start < characters.Count; start++)
        {
            int end = start;
            bool isOrdered = true;
            for (int before = 0; end < characters.Count && ClassOf(characters[end]) is var current and > 0; end++)
            {
                isOrdered &= before <= current;
                before = current;
            }

            if (!isOrdered)
            {
                int at = start;
                foreach (int mark in characters[start..end].OrderBy(ClassOf)) characters[at++] = mark;
            }

            start = Math.Max(start, end - 1);
        }
    }

    private static void Compose(List<int> characters)
    {
        int starter = -1;
        int written = 0;
        int before = 0;
        foreach (int character in characters.ToArray())
        {
            int kind = ClassOf(character);
            // A mark of the same or a higher class between the two keeps them apart.
            bool isReached = starter >= 0 && (starter == written - 1 || (before < kind && before > 0));
            if (isReached && Pair(characters[starter], character) is var whole and >= 0)
            {
                characters[starter] = whole;
                continue;
            }

            if (kind == 0) starter = written;
            before = kind;
            characters[written++] = character;
        }

        characters.RemoveRange(written, characters.Count - written);
    }

    private static int Pair(int left, int right)
    {
        if (left - FirstLeading is >= 0 and < Leadings and var leading && right - FirstVowel is >= 0 and < Vowels and var vowel)
            return FirstSyllable + (leading * Vowels + vowel) * Trailings;
        if (left - FirstSyllable is >= 0 and < Leadings * Vowels * Trailings and var syllable && syllable % Trailings == 0
            && right - BeforeTrailing is > 0 and < Trailings and var trailing)
            return FirstSyllable + syllable + trailing;
        return UnicodeTables.Shared.Composed.GetValueOrDefault((left, right), -1);
    }

    private static int ClassOf(int character) => UnicodeTables.Shared.Classes.GetValueOrDefault(character);
}

namespace LLamaNet.Tokenization.Words;

// A step of a WordAlternative.
internal abstract class WordElement
{
    // Where the alternative ends if its steps from `index` on begin at `at`; -1 where they do not match. runEnd: the end of
    // the last run that a step looked along, so that it need not look along the same run again.
    public abstract int Match(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd);

    // Whether it may match nothing.
    public abstract bool IsOptional { get; }

    // Whether it may begin with the ASCII character.
    public abstract bool CanBegin(int c);

    protected static int MatchRest(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd) =>
        index + 1 == steps.Length ? at : steps[index + 1].Match(steps, index + 1, text, at, ref runEnd);

    // set{min,max}, as many as there are; where the rest does not match, one less, unless it is possessive.
    public sealed class Run(CharacterSet set, int min, int max, bool isPossessive) : WordElement
    {
        public override bool IsOptional => min == 0;

        public bool IsLong => max == int.MaxValue;

        public override bool CanBegin(int c) => set.HasAscii(c);

        public override int Match(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd)
        {
            int end = at;
            int count = 0;
            while (count < max && set.EndOf(text, end) is var next and >= 0)
            {
                end = next;
                count++;
            }

            if (count < min) return -1;
            while (true)
            {
                int found = MatchRest(steps, index, text, end, ref runEnd);
                if (found >= 0 || isPossessive || count == min) return found;
                end -= char.IsLowSurrogate(text[end - 1]) ? 2 : 1;
                count--;
            }
        }
    }

    // One of several words, each a row of sets; the first that matches.
    public sealed class Choice(CharacterSet[][] words, bool isOptional) : WordElement
    {
        public override bool IsOptional => isOptional;

        public override bool CanBegin(int c) => words.Any(word => word[0].HasAscii(c));

        public override int Match(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd)
        {
            foreach (CharacterSet[] word in words)
            {
                int end = at;
                foreach (CharacterSet set in word)
                {
                    end = set.EndOf(text, end);
                    if (end < 0) break;
                }

                if (end >= 0 && MatchRest(steps, index, text, end, ref runEnd) is var found and >= 0) return found;
            }

            return isOptional ? MatchRest(steps, index, text, at, ref runEnd) : -1;
        }
    }

    // (?!set)
    public sealed class NotAhead(CharacterSet set) : WordElement
    {
        public override bool IsOptional => true;

        public override bool CanBegin(int c) => false;

        public override int Match(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd) =>
            set.EndOf(text, at) >= 0 ? -1 : MatchRest(steps, index, text, at, ref runEnd);
    }

    // \s+$
    public sealed class SpaceAtEnd : WordElement
    {
        private static readonly CharacterSet s_spaces = CharacterSet.Of(CharacterTraits.WhiteSpace);

        public override bool IsOptional => false;

        public override bool CanBegin(int c) => s_spaces.HasAscii(c);

        public override int Match(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd)
        {
            FindRunEnd(s_spaces, text, at, ref runEnd);
            return runEnd == text.Length && runEnd > at ? runEnd : -1;
        }
    }

    // Digits in threes from the right: \d{1,3}(?=(?:\d{3})*\b), or where onlyThrees is set every cut at
    // (?=(\d{3})+(?!\d)), which leaves the first one or two digits to what stands before them.
    public sealed class DigitGroups(bool onlyThrees) : WordElement
    {
        // Digits of one UTF-16 unit, so that their number is a difference.
        private static readonly CharacterSet s_digits = new(
            CharacterTraits.DecimalDigit, [], within: new(CharacterTraits.None, [(0, char.MaxValue)]));
        private static readonly CharacterSet s_letters = new(
            CharacterTraits.Letter | CharacterTraits.Mark | CharacterTraits.DecimalDigit, [('_', '_')]);

        public override bool IsOptional => false;

        public override bool CanBegin(int c) => s_digits.HasAscii(c);

        public override int Match(WordElement[] steps, int index, ReadOnlySpan<char> text, int at, ref int runEnd)
        {
            FindRunEnd(s_digits, text, at, ref runEnd);
            int count = runEnd - at;
            if (count == 0 || (onlyThrees && count % 3 != 0)) return -1;
            if (!onlyThrees && s_letters.EndOf(text, runEnd) >= 0) return -1;
            int end = at + (count - 1) % 3 + 1;
            // Up to the next cut stands what follows the last three.
            while (onlyThrees && end >= runEnd && end < text.Length)
            {
                FindRunEnd(s_digits, text, end, ref runEnd);
                end = runEnd > end ? end + (runEnd - end) % 3 : end + (char.IsHighSurrogate(text[end]) ? 2 : 1);
            }

            return end;
        }
    }

    private static void FindRunEnd(CharacterSet set, ReadOnlySpan<char> text, int at, ref int runEnd)
    {
        if (runEnd > at) return;
        runEnd = at;
        while (set.EndOf(text, runEnd) is var next and >= 0) runEnd = next;
    }
}

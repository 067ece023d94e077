namespace LLamaNet.Tokenization.Words;

// One alternative of a WordPattern.
internal sealed class WordAlternative(WordElement[] steps)
{
    // Whether a run that may be long is followed by a step that may fail: where no other alternative takes that run, looking
    // for words takes a time that is quadratic in its length.
    public bool MayLookFarInVain
    {
        get
        {
            int longRun = Array.FindIndex(steps, step => step is WordElement.Run { IsLong: true });
            return longRun >= 0
                && steps.Skip(longRun + 1).Any(step => !step.IsOptional || step is WordElement.NotAhead);
        }
    }

    public bool CanBegin(int c)
    {
        foreach (WordElement step in steps)
        {
            if (step.CanBegin(c)) return true;
            if (!step.IsOptional) return false;
        }

        return false;
    }

    // Where a match at `at` ends, or -1 where there is none. A match of nothing is none.
    public int Match(ReadOnlySpan<char> text, int at, ref int runEnd) =>
        steps[0].Match(steps, 0, text, at, ref runEnd) is var end && end > at ? end : -1;
}

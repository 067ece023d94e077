namespace LLamaNet;

// What a checkpoint's files leave out or say wrongly and loading put right: a line each, as ModelFormatException's, in the
// order of reading. A line that is there is not repeated. For one thread at a time.
internal sealed class LoadWarnings
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    // text: what is wrong and what is taken instead.
    public void Add(string file, string text)
    {
        string line = ModelFormatException.OneLine($"{file}: {text}");
        if (!_all.Contains(line)) _all.Add(line);
    }

    public void AddAll(LoadWarnings others) => _all.AddRange(others.All.Except(_all));
}

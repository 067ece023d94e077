namespace LLamaNet.PtxInterpreter;

// A text that is no PTX, or PTX that the interpreter does not know. Says the line and its text.
internal sealed class PtxParseException(int line, string text, string what) : Exception($"PTX line {line}: {what}: {text}")
{
    // Counted from one.
    public int Line { get; } = line;

    public string Text { get; } = text;

    public string What { get; } = what;
}

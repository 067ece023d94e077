namespace LLamaNet.PtxInterpreter;

/// <summary>A text that is no PTX, or PTX that the interpreter does not know. Says the line and its text.</summary>
internal sealed class PtxParseException(int line, string text, string what) : Exception($"PTX line {line}: {what}: {text}")
{
    /// <summary>Counted from one.</summary>
    public int Line { get; } = line;

    public string Text { get; } = text;

    public string What { get; } = what;
}

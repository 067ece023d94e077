namespace LLamaNet;

/// <summary>A file is not what it claims to be, or is not supported. The message is one line.</summary>
public sealed class ModelFormatException : IOException
{
    /// <summary>Says which file, where in it, what was expected and what was found.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="place">A byte offset, a key or a tensor's name.</param>
    /// <param name="expected">What a good file has there.</param>
    /// <param name="found">What this one has.</param>
    /// <param name="innerException">The cause, if another exception told it.</param>
    public ModelFormatException(string path, string place, string expected, string found, Exception? innerException = null)
        : base(OneLine($"{path}: {place}: expected {expected}, found {found}"), innerException)
    {
        Path = path;
        Place = place;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>A byte offset, a key or a tensor's name.</summary>
    public string Place { get; }

    /// <summary>What a good file has there.</summary>
    public string Expected { get; }

    /// <summary>What this one has.</summary>
    public string Found { get; }

    // What was found may be anything: a file's text goes into the message.
    internal static string OneLine(string message)
    {
        const int MaxLength = 1000;
        if (message.Length > MaxLength) message = $"{message.AsSpan(0, MaxLength)}…";
        return message.Any(char.IsControl) ? string.Concat(message.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : message;
    }
}

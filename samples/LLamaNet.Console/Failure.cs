using System.Text;

namespace LLamaNet.Console;

// What a user is told about an exception: one line and an exit code, never a stack trace.
internal static class Failure
{
    // What shells report for a process that writes to a pipe without a reader; there is nothing to tell, and nobody.
    public const int ReaderGone = 141;

    private const int Failed = 1;
    private const int WrongUsage = 2;
    // What shells report for a process ended by Ctrl-C, and for one ended by SIGTERM.
    private const int Cancelled = 130;
    private const int Terminated = 143;

    public static (int ExitCode, string Message) Describe(Exception exception, bool isTerminated = false) => exception switch
    {
        UsageException => (WrongUsage, OneLine(exception.Message)),
        OperationCanceledException when isTerminated => (Terminated, "terminated"),
        OperationCanceledException => (Cancelled, "cancelled"),
        OutOfMemoryException => (Failed, "out of memory"),
        // The name of a parameter is for programs.
        ArgumentException { ParamName: { } name } =>
            (Failed, OneLine(exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal))),
        CommandException or ModelFormatException or IOException or UnauthorizedAccessException or ArgumentException
            or DeviceOutOfMemoryException or DeviceException or NonFiniteLogitsException or NotSupportedException =>
                (Failed, OneLine(exception.Message)),
        _ => (Failed, OneLine($"internal error, {exception.GetType().Name}: {exception.Message}")),
    };

    // Messages quote files, and files may hold line ends and terminal control codes.
    private static string OneLine(string message)
    {
        var line = new StringBuilder(message.Length);
        const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string part in message.Split(['\r', '\n'], Trimmed))
        {
            if (line.Length > 0) line.Append("; ");
            foreach (char c in part) line.Append(char.IsControl(c) ? '\uFFFD' : c);
        }

        return line.ToString();
    }
}

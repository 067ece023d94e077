namespace LLamaNet.Console;

// A command cannot do its work for a reason that only the command knows; exit code 1.
internal sealed class CommandException(string message) : Exception(message);

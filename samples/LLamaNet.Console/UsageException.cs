namespace LLamaNet.Console;

// The command line asks for something that cannot be; exit code 2.
internal sealed class UsageException(string message) : Exception(message);

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Reflection;
using LLamaNet.Console.Commands;

namespace LLamaNet.Console;

// The command `llamanet`: parses, runs one command, turns every failure into one line on stderr and an exit code.
internal static class CommandLineApp
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, Interrupts interrupts)
    {
        // Without arguments it shows what it does: the demo model speaks. A prompt that starts with @ is a prompt, not a
        // response file.
        ParseResult parsed = CreateRoot(terminal, interrupts)
            .Parse(arguments.Count == 0 ? ["generate"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            if (terminal.OutIsClosed) throw new CommandException("stdout is closed");
            if (UnknownOption(parsed) is { } option)
                throw new UsageException($"Unrecognized option '{option}' (see: {CommandPath(parsed)} --help)");
            if (parsed.Errors.Count > 0) throw new UsageException($"{Problem(parsed)} (see: {CommandPath(parsed)} --help)");
            int exitCode = await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Out,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                interrupts.Token);
            // A full disk or a closed pipe shows here at the latest, while it can still be told.
            terminal.Out.Flush();
            return exitCode;
        }
        catch (Exception) when (terminal.ReaderIsGone)
        {
            return Failure.ReaderGone;
        }
        catch (Exception exception)
        {
            (int exitCode, string message) = Failure.Describe(exception, interrupts.IsTerminated);
            // What the failed command has written, and why it failed: as far as the streams still take them.
            Attempt(terminal.Out.Flush);
            Attempt(() => terminal.Error.WriteLine($"llamanet: {message}"));
            return exitCode;
        }
    }

    private static void Attempt(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a stream that is closed: there is nobody left to tell.
        }
    }

    private static Command CreateRoot(Terminal terminal, Interrupts interrupts) => new("llamanet", "Runs LLaMA models.")
    {
        new GenerateCommand(terminal),
        new ChatCommand(terminal, interrupts),
        new InspectCommand(terminal),
        new PlanCommand(terminal),
        new TokenizeCommand(terminal),
        new LogitsCommand(terminal),
        new PerplexityCommand(terminal),
        new QuantizeCommand(terminal),
        new BenchCommand(terminal),
        new ChartCommand(terminal),
        new DevicesCommand(terminal),
        new HelpOption { Description = "Show help; also: llamanet COMMAND --help" },
        new VersionOption { Description = "Show the version", Action = new PrintVersion() },
    };

    // The parser takes an option that it does not know for a MODEL, if there is none yet.
    // After "--" every word is one.
    private static string? UnknownOption(ParseResult parsed)
    {
        List<Token> literal = [.. parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash)];
        return parsed.CommandResult.Tokens.Except(literal, ReferenceEqualityComparer.Instance).Cast<Token>()
            .Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens.Where(word => literal.TrueForAll(token => token.Value != word)))
            .FirstOrDefault(word => word.Length > 1 && word.StartsWith('-'));
    }

    // Of several errors the parser tells last which words it did not know, and that is the one that helps.
    private static string Problem(ParseResult parsed) =>
        parsed.UnmatchedTokens.Count > 0
            ? $"Unrecognized command or argument '{parsed.UnmatchedTokens[0]}'."
            : parsed.Errors[0].Message;

    private static string CommandPath(ParseResult parsed)
    {
        string name = parsed.CommandResult.Command.Name;
        return name == "llamanet" ? name : $"llamanet {name}";
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override int Invoke(ParseResult parseResult)
        {
            string version =
                typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine(version);
            return 0;
        }
    }
}

using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace LLamaNet.Console;

// The three standard streams. Text is UTF-8 everywhere; tables and bars with colors appear only where a person looks.
internal sealed class Terminal : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Func<Stream> _openIn;
    private PipeStream? _pipe; // stdout, when it is one

    private Terminal(Func<Stream> openIn, TextWriter output, TextWriter error)
    {
        _openIn = openIn;
        Out = output;
        Error = error;
    }

    // Opened when it is wanted: most commands do not read, and stdin may be closed.
    public Stream InBytes => field ??= _openIn();

    public TextReader In => field ??= InIsPerson ? System.Console.In : new StreamReader(InBytes, s_utf8);

    public TextWriter Out { get; }

    // What is written here is not text; what was written to Out goes first.
    public Stream OutBytes
    {
        get
        {
            Out.Flush();
            return Out is StreamWriter writer ? writer.BaseStream : System.Console.OpenStandardOutput();
        }
    }

    public TextWriter Error { get; }

    public bool OutIsClosed { get; private init; }

    // Whether stdout is a pipe from which nobody reads any more, as when `head` has seen enough.
    public bool ReaderIsGone => _pipe is { IsConnected: false };

    public bool InIsPerson { get; private init; }

    public bool OutIsPerson { get; private init; }

    public bool ErrorIsPerson { get; private init; }

    // Spectre's view of stdout and stderr; wanted only where a person looks.
    public IAnsiConsole OutConsole { get => field ??= Ansi(Out); private set; }

    public IAnsiConsole ErrorConsole { get => field ??= Ansi(Error); private set; }

    public static Terminal Open()
    {
        bool input = !System.Console.IsInputRedirected;
        bool output = !System.Console.IsOutputRedirected;
        bool error = !System.Console.IsErrorRedirected;
        if (output || error) System.Console.OutputEncoding = s_utf8;
        AnonymousPipeClientStream? pipe = output ? null : OutputPipe();
        Stream? redirected = output ? null : pipe ?? Opened(System.Console.OpenStandardOutput);
        return new Terminal(
            System.Console.OpenStandardInput,
            output ? System.Console.Out : new StreamWriter(redirected ?? Stream.Null, s_utf8),
            error
                ? System.Console.Error
                : new StreamWriter(Opened(System.Console.OpenStandardError) ?? Stream.Null, s_utf8) { AutoFlush = true })
        {
            _pipe = pipe,
            OutIsClosed = !output && redirected is null,
            InIsPerson = input,
            OutIsPerson = output,
            ErrorIsPerson = error,
        };
    }

    // Streams that nobody looks at, as if all were redirected.
    public static Terminal Redirected(Stream input, TextWriter output, TextWriter error) => new(() => input, output, error);

    // A line on stderr for each.
    public void Warn(IReadOnlyList<string> warnings)
    {
        foreach (string warning in warnings) Error.WriteLine($"warning: {warning}");
    }

    public void Dispose()
    {
        if (!ReaderIsGone) Out.Flush();
        Error.Flush();
    }

    // The console's own stream hides that a pipe's reader has gone, and a command would work on for nobody.
    private static AnonymousPipeClientStream? OutputPipe()
    {
        const int StandardOutput = 1;
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(StandardOutput, ownsHandle: false));
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Null when the stream was closed before the process started.
    private static Stream? Opened(Func<Stream> open)
    {
        try
        {
            return open();
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IAnsiConsole Ansi(TextWriter writer) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
}

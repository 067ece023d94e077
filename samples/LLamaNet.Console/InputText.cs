using System.Runtime.CompilerServices;
using System.Text;

namespace LLamaNet.Console;

// Text from a file that the user names, or from stdin for "-". A byte order mark is skipped; bytes that are not UTF-8 are
// refused rather than replaced.
internal sealed class InputText(Terminal terminal, string file)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using Stream? opened = OpenFile();
        // Reading a pipe cannot be cancelled, waiting for it can; the read ends with the process.
        await (opened ?? terminal.InBytes).CopyToAsync(bytes, cancellationToken).WaitAsync(cancellationToken);
        return Decode(bytes.ToArray(), line: 1);
    }

    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using Stream? opened = OpenFile();
        // Latin-1 keeps each byte as one character, so that a line's bytes can be told from its neighbors'.
        using var reader = new StreamReader(
            opened ?? terminal.InBytes, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        for (int line = 1; await ReadLineAsync() is { } bytes; line++)
            yield return Decode(Encoding.Latin1.GetBytes(bytes), line);

        Task<string?> ReadLineAsync() => reader.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
    }

    private FileStream? OpenFile()
    {
        if (file == "-") return null;
        if (Directory.Exists(file)) throw new CommandException($"{file}: expected a file, found a folder");
        return File.OpenRead(file);
    }

    // line: where the bytes begin.
    private string Decode(byte[] bytes, int line)
    {
        int mark = line == 1 && bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        try
        {
            return s_strict.GetString(bytes, mark, bytes.Length - mark);
        }
        catch (DecoderFallbackException exception)
        {
            ReadOnlySpan<byte> before = bytes.AsSpan(0, mark + exception.Index);
            string place = $"line {line + before.Count((byte)'\n')}, byte {before.Length - before.LastIndexOf((byte)'\n')}";
            throw new CommandException(
                $"{file}: {place}: expected UTF-8, found 0x{Convert.ToHexString(exception.BytesUnknown!)}");
        }
    }
}

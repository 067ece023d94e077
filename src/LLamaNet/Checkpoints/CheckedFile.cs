using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace LLamaNet.Checkpoints;

// A file (or a seekable stream, such as an embedded resource) read at given positions, by several threads at once.
// Never mapped: reading a mapping of a file that was cut short ends the process, a positional read reports it.
internal sealed class CheckedFile : IDisposable
{
    private readonly SafeFileHandle? _handle;
    private readonly Stream? _stream;
    private readonly Lock _streamLock = new();

    private CheckedFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    private CheckedFile(string name, Stream stream)
    {
        Path = name;
        _stream = stream;
        Length = stream.Length;
    }

    // What messages call it; not always a place on disk.
    public string Path { get; }

    public long Length { get; }

    // FileNotFoundException when there is nothing; ModelFormatException for a folder, a device, a pipe, an empty file, one that
    // may not be read or a placeholder.
    public static CheckedFile Open(string path)
    {
        CheckedFile file = OpenRegular(path);
        try
        {
            FilePlaceholder.Refuse(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // A whole small file; as Open, and ModelFormatException for one of more than maxBytes, told before anything is read.
    public static byte[] ReadAll(string path, long maxBytes)
    {
        using CheckedFile file = Open(path);
        if (file.Length > maxBytes)
            throw new ModelFormatException(path, "size", $"at most {maxBytes} bytes", $"{file.Length} bytes");
        var bytes = new byte[file.Length];
        file.ReadExactly(0, bytes);
        return bytes;
    }

    // The file owns the stream.
    public static CheckedFile Over(Stream stream, string name)
    {
        return stream.CanSeek && stream.CanRead
            ? new CheckedFile(name, stream)
            : throw new ArgumentException("The stream must be readable and seekable.", nameof(stream));
    }

    public void ReadExactly(long offset, Span<byte> destination)
    {
        bool inside = offset >= 0 && offset <= Length && destination.Length <= Length - offset;
        if (!inside) ThrowEndsEarly(offset, destination.Length, Length);
        int read = _handle is not null ? ReadHandle(offset, destination) : ReadStream(offset, destination);
        if (read < destination.Length) ThrowEndsEarly(offset, destination.Length, offset + read);
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _stream?.Dispose();
    }

    private static CheckedFile OpenRegular(string path)
    {
        try
        {
            string place = RealPath.Of(path);
            if (Directory.Exists(place)) throw new ModelFormatException(path, "path", "a file", "a folder");
            // Opening a pipe waits for its other end, so it must be told before: pipes and devices have no length.
            if (new FileInfo(place).Length == 0)
                throw new ModelFormatException(path, "byte 0", "a file with contents", "0 bytes (empty, or not a regular file)");
            return new CheckedFile(path, File.OpenHandle(place, options: FileOptions.RandomAccess));
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            throw new FileNotFoundException($"{path}: no such file", path, exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ModelFormatException(path, "path", "a readable file", "access denied", exception);
        }
        catch (IOException exception) when (exception is not ModelFormatException)
        {
            throw new ModelFormatException(path, "path", "a readable file", exception.Message, exception);
        }
    }

    private int ReadHandle(long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(_handle!, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    private int ReadStream(long offset, Span<byte> destination)
    {
        lock (_streamLock)
        {
            _stream!.Position = offset;
            return _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
    }

    [DoesNotReturn]
    private void ThrowEndsEarly(long offset, int count, long end) =>
        throw new ModelFormatException(Path, $"byte {offset}", $"{count} bytes", $"the end of the file at byte {end}");
}

namespace LLamaNet.Console.Output;

// A file that appears whole or not at all; "-" is stdout.
internal static class AtomicFile
{
    public static async Task WriteAsync(Terminal terminal, string path, Func<Stream, Task> write)
    {
        if (path == "-")
        {
            await write(terminal.OutBytes);
            return;
        }

        // A device such as /dev/null is written to, never replaced by a file; /dev/shm holds files.
        string full = Path.GetFullPath(path);
        if (full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal))
        {
            await using FileStream device = File.OpenWrite(path);
            await write(device);
            return;
        }

        string unfinished = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            await using (FileStream stream = new(unfinished, FileMode.CreateNew, FileAccess.Write)) await write(stream);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}

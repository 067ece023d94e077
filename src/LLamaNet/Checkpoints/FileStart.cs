namespace LLamaNet.Checkpoints;

// The first bytes of a file, which tell its container.
internal static class FileStart
{
    private const int Length = 9;

    // Shorter where the file is. Throws FileNotFoundException or ModelFormatException, as CheckedFile.Open does.
    public static byte[] Read(string path)
    {
        using CheckedFile file = CheckedFile.Open(path);
        var start = new byte[Math.Min(Length, file.Length)];
        file.ReadExactly(0, start);
        return start;
    }

    // Empty for a file that cannot be read: an empty one, a pipe, a link to nothing.
    public static byte[] TryRead(string path)
    {
        try
        {
            return Read(path);
        }
        catch (IOException)
        {
            return [];
        }
    }
}

using System.Text;

namespace LLamaNet.Checkpoints;

// What stands in a file's place when it was not fetched: a pointer of Git LFS, or the page of a server.
internal static class FilePlaceholder
{
    private const int StartLength = 64;

    private static readonly (string Start, string Words)[] s_all =
    [
        ("version https://git-lfs.github.com/spec/", "a Git LFS pointer: fetch the file with git lfs pull"),
        ("<!doctype html", "an HTML page: the download went wrong"),
        ("<html", "an HTML page: the download went wrong"),
        ("<?xml", "an XML document: the download went wrong"),
        ("Entry not found", "the words \"Entry not found\": the download went wrong"),
    ];

    public static void Refuse(CheckedFile file)
    {
        byte[] bytes = new byte[Math.Min(StartLength, file.Length)];
        file.ReadExactly(0, bytes);
        string start = Encoding.Latin1.GetString(bytes).TrimStart();
        foreach ((string expected, string words) in s_all)
        {
            if (start.StartsWith(expected, StringComparison.OrdinalIgnoreCase))
                throw new ModelFormatException(file.Path, "byte 0", "the file itself", words);
        }
    }
}

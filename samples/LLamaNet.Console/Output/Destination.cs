namespace LLamaNet.Console.Output;

// Where a command will write a file: looked at before the work, which may be long.
internal static class Destination
{
    public static void Check(string path)
    {
        if (path == "-") return;
        if (Directory.Exists(path)) throw new CommandException($"{path}: expected a file, found a folder");
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null && !Directory.Exists(folder)) throw new CommandException($"{path}: there is no folder {folder}");
    }
}

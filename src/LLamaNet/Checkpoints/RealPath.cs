namespace LLamaNet.Checkpoints;

// Paths as the system resolves them: a link's target is relative to the place where the link really lies, and ".." behind a
// link leads to the folder above its target. System.IO resolves both by the path's text alone.
internal static class RealPath
{
    private const int MaxLinks = 40;

    private static readonly char[] s_separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    // Without links. What does not exist stays as it is. ModelFormatException for links that lead round.
    public static string Of(string path)
    {
        string rooted = Path.Combine(Environment.CurrentDirectory, path);
        string place = Path.GetPathRoot(rooted)!;
        int links = 0;
        var steps = new Stack<string>();
        Push(rooted[place.Length..]);
        while (steps.TryPop(out string? step))
        {
            if (step is "" or ".") continue;
            string next = step == ".." ? Path.GetDirectoryName(place) ?? place : Path.Combine(place, step);
            if (step == ".." || new FileInfo(next).LinkTarget is not { } target)
            {
                place = next;
                continue;
            }

            if (++links > MaxLinks)
                throw new ModelFormatException(path, "path", "a readable file", $"a circle of links, or more than {MaxLinks}");
            string root = Path.GetPathRoot(target)!;
            if (root.Length > 0) place = root;
            Push(target[root.Length..]);
        }

        return place;

        void Push(string rest)
        {
            foreach (string step in rest.Split(s_separators).Reverse()) steps.Push(step);
        }
    }

    // The same path without ".." behind the name of a folder, which may be a link.
    public static string WithoutStepsBack(string path)
    {
        string[] steps = path.Split(s_separators);
        int named = Array.FindIndex(steps, step => step is not ("" or "." or ".."));
        int back = Array.LastIndexOf(steps, "..");
        if (named < 0 || back < named) return path;
        string folder = Of(string.Join(Path.DirectorySeparatorChar, steps[..(back + 1)]));
        return Path.Combine([folder, .. steps[(back + 1)..]]);
    }
}

using Xunit;

namespace LLamaNet.Tests;

// Real checkpoints and goldens lie beside the repository, in ../shared; a clone elsewhere has none and its tests skip.
internal static class SharedData
{
    private static readonly string? s_root = Find();

    // A file or folder below shared/data; skips the running test when the data is absent.
    public static string Path(string relativePath) => Below("data", relativePath);

    public static string RealModel(string relativePath) => Below("models", relativePath);

    public static string DemoModel(string relativePath = "") => Below("demo-model", relativePath);

    private static string Below(string folder, string relativePath)
    {
        Assert.SkipWhen(s_root is null, "The folder shared/ with checkpoints and goldens is not beside the repository.");
        string path = System.IO.Path.Combine(s_root!, folder, relativePath);
        Assert.True(File.Exists(path) || Directory.Exists(path), $"{path} is missing from shared/.");
        return path;
    }

    private static string? Find()
    {
        string shared = System.IO.Path.GetFullPath("../shared", Repository.Root);
        return Directory.Exists(System.IO.Path.Combine(shared, "data")) ? shared : null;
    }
}

using Xunit;

namespace LLamaNet.Tests;

// Files of the repository that this test program was built from.
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Path(string relativePath) => System.IO.Path.Combine(Root, relativePath);

    // The model inside the console runner.
    public static string DemoModel()
    {
        string path = Path("samples/LLamaNet.Console/Models/demo-q8_0.gguf");
        Assert.True(File.Exists(path), $"{path} is missing.");
        return path;
    }

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "LLamaNet.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run below the repository.");
    }
}

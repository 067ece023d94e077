using System.Reflection;

namespace LLamaNet.GpuRunner;

// The PTX inside the library, as files.
internal static class ShippedPtx
{
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Assembly library = typeof(LlamaModel).Assembly;
        foreach (string name in library.GetManifestResourceNames().Where(name => name.EndsWith(".ptx", StringComparison.Ordinal)))
        {
            using Stream ptx = library.GetManifestResourceStream(name)!;
            using FileStream file = File.Create(Path.Combine(folder, name));
            ptx.CopyTo(file);
        }
    }
}

using LLamaNet.Backends.Cuda;

namespace LLamaNet.GpuRunner;

// The PTX inside the library, as files.
internal static class ShippedPtx
{
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string module in KernelLibrary.Modules)
            File.WriteAllBytes(Path.Combine(folder, module + ".ptx"), KernelLibrary.ReadPtx(module));
    }
}

using LLamaNet.Checkpoints.HuggingFace;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

internal sealed class SafetensorsTestFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SafetensorsTestFile(byte[] contents)
    {
        System.IO.File.WriteAllBytes(_folder["x.safetensors"], contents);
        File = SafetensorsFile.Open(_folder["x.safetensors"]);
    }

    public SafetensorsFile File { get; }

    public void Dispose()
    {
        File.Dispose();
        _folder.Dispose();
    }
}

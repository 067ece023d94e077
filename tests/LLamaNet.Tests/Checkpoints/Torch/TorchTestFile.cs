using LLamaNet.Checkpoints.Torch;

namespace LLamaNet.Tests.Checkpoints.Torch;

// A .pth file of one pickle and one storage.
internal sealed class TorchTestFile : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private TorchFile? _file;

    public TorchTestFile(byte[] pickle, byte[] storage) =>
        File.WriteAllBytes(
            _folder["x.pth"], ZipWriter.Write(("x/data.pkl", pickle), ("x/data/0", storage), ("x/version", "3\n"u8.ToArray())));

    public TorchFile Open() => _file = TorchFile.Open(_folder["x.pth"]);

    public void Dispose()
    {
        _file?.Dispose();
        _folder.Dispose();
    }
}

using LLamaNet.Checkpoints;
using LLamaNet.Tests.Checkpoints.Gguf;
using Xunit;

namespace LLamaNet.Tests.Checkpoints;

public class CheckpointReaderTests
{
    [Fact]
    public void A_file_is_known_by_its_first_bytes_not_by_its_name()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Create().Write(folder["model.txt"]);
        using Checkpoint checkpoint = CheckpointReader.Open(folder["model.txt"]);
        Assert.Equal("GGUF v3", checkpoint.Container);
        Assert.Equal("GGUF v3", CheckpointReader.Inspect(folder["model.txt"]).Container);
    }

    [Fact]
    public void A_stream_is_a_GGUF_file()
    {
        using Checkpoint checkpoint = CheckpointReader.Open(new MemoryStream(TinyModel.Create().ToBytes()), "resource");
        Assert.Equal("resource", checkpoint.Path);
        Assert.Equal(TinyModel.Config, checkpoint.ReadConfig());
    }

    [Fact]
    public void A_folder_with_one_GGUF_model_is_that()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Create().Write(folder["model"]);
        File.WriteAllText(folder["README.md"], "text");
        File.WriteAllBytes(folder["empty"], []);
        using Checkpoint checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal(folder["model"], checkpoint.Path);
        TinyModel.Create().Write(folder["other.gguf"]);
        string message = Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(folder.Path)).Message;
        Assert.EndsWith("expected one GGUF model, found 2: model, other.gguf", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_the_parts_of_one_model_is_that()
    {
        using var folder = new TemporaryFolder();
        for (int i = 1; i <= 3; i++)
        {
            string name = $"stories260K-F16-split-0000{i}-of-00003.gguf";
            File.WriteAllBytes(folder[name], File.ReadAllBytes(SharedData.Path($"models/gguf-variants/{name}")));
        }

        using Checkpoint checkpoint = CheckpointReader.Open(folder.Path);
        Assert.Equal("GGUF v3, 3 files", checkpoint.Container);
    }

    [Fact]
    public void Errors_say_what_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        string empty = Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(folder.Path)).Message;
        Assert.Contains("config.json and safetensors files, params.json and consolidated.00.pth, or one GGUF model", empty, StringComparison.Ordinal);
        Assert.EndsWith("found an empty folder", empty, StringComparison.Ordinal);
        File.WriteAllText(folder["text"], "Hello, world");
        string text = Assert.Throws<ModelFormatException>(() => CheckpointReader.Inspect(folder["text"])).Message;
        Assert.EndsWith("a file of a checkpoint's folder, found the bytes 48656C6C6F2C20776F", text, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => CheckpointReader.Open(folder["missing"]));
    }
}

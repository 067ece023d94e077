using LLamaNet.Checkpoints;
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
        Assert.Equal(TestConfigs.Tiny, checkpoint.Config);
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

    [Theory]
    [InlineData("models/stories260K/stories260K-Q4_0.gguf", "GGUF v3")]
    [InlineData("models/stories260K/hf-f16-sharded", "Hugging Face safetensors")]
    [InlineData("models/stories260K/hf-f32/model.safetensors", "Hugging Face safetensors")]
    [InlineData("models/stories260K/meta-f32-2shards", "Meta pth")]
    [InlineData("models/stories260K/meta-f32/consolidated.00.pth", "Meta pth")]
    public void Every_container_is_opened_and_inspected(string path, string container)
    {
        using Checkpoint checkpoint = CheckpointReader.Open(SharedData.Path(path));
        Assert.Equal(container, checkpoint.Container);
        CheckpointSummary summary = CheckpointReader.Inspect(SharedData.Path(path));
        Assert.Equal((container, null), (summary.Container, summary.ConfigProblem));
        Assert.Equal(checkpoint.Config, summary.Config);
        Assert.Equal("SentencePiece BPE, 512 tokens", summary.Tokenizer);
    }

    [Fact]
    public void Tensors_alone_are_inspected_but_not_opened()
    {
        string path = SharedData.Path("models/stories260K/lora-r8-qv/adapter_model.safetensors");
        Assert.NotEmpty(CheckpointReader.Inspect(path).Tensors);
        Assert.Contains(
            "config.json", Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(path)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/stories260K/stories260K-F16.gguf")]
    [InlineData("models/gguf-variants/stories260K-F16-split-00002-of-00003.gguf")]
    [InlineData("models/stories260K/hf-f32")]
    [InlineData("models/stories260K/hf-f32/model.safetensors")]
    [InlineData("models/stories260K/hf-f32/tokenizer.model")]
    [InlineData("models/stories260K/meta-f32")]
    [InlineData("models/stories260K/tok512.model")]
    public void A_tokenizer_is_found_in_every_container(string path)
    {
        ModelTokenizer tokenizer = CheckpointReader.ReadTokenizer(SharedData.Path(path));
        Assert.Equal([1, 403, 407, 261, 378], tokenizer.Encode("Once upon a time"));
    }

    [Theory]
    [InlineData("tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf")]
    [InlineData("tokenizers/llama2")]
    [InlineData("tokenizers/llama2/tokenizer.model")]
    [InlineData("tokenizers/llama2/tokenizer.json")]
    public void A_tokenizer_needs_no_weights(string path)
    {
        ModelTokenizer tokenizer = CheckpointReader.ReadTokenizer(SharedData.Path(path));
        Assert.Equal([1, 9038, 2501, 263, 931], tokenizer.Encode("Once upon a time"));
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["README.md"], "text");
        string message = Assert.Throws<ModelFormatException>(() => CheckpointReader.ReadTokenizer(folder.Path)).Message;
        Assert.Contains("expected a tokenizer", message, StringComparison.Ordinal);
        Assert.EndsWith("found README.md", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_say_what_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        string empty = Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(folder.Path)).Message;
        Assert.Contains(
            "config.json and safetensors files, params.json and consolidated.00.pth, or one GGUF model", empty,
            StringComparison.Ordinal);
        Assert.EndsWith("found an empty folder", empty, StringComparison.Ordinal);
        File.WriteAllText(folder["text"], "Hello, world");
        string text = Assert.Throws<ModelFormatException>(() => CheckpointReader.Inspect(folder["text"])).Message;
        Assert.EndsWith("a file of a checkpoint's folder, found the bytes 48656C6C6F2C20776F", text, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => CheckpointReader.Open(folder["missing"]));
    }
}

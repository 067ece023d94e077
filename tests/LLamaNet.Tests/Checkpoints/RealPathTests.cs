using LLamaNet.Checkpoints;
using Xunit;

namespace LLamaNet.Tests.Checkpoints;

public class RealPathTests
{
    // As in Hugging Face's cache: a snapshot is a folder of relative links to blobs. Another link leads to the snapshot.
    [Fact]
    public void A_model_of_relative_links_behind_a_linked_folder_loads()
    {
        using var folder = new TemporaryFolder();
        using HuggingFaceModel model = HuggingFaceModel.Create();
        string snapshot = folder["hub/models--a--b/snapshots/0f"], blobs = folder["hub/models--a--b/blobs"];
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(blobs);
        foreach (string file in Directory.GetFiles(model.Path))
        {
            string name = Path.GetFileName(file);
            File.Copy(file, Path.Combine(blobs, $"blob-{name}"));
            File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/blob-{name}");
        }

        Directory.CreateDirectory(folder["deep/er"]);
        File.CreateSymbolicLink(folder["deep/er/model"], "../../hub/models--a--b/snapshots/0f");
        File.CreateSymbolicLink(folder["model"], snapshot);
        foreach (string path in (string[])[
            snapshot, folder["model"], folder["deep/er/model"], folder["model/model.safetensors"],
            folder["deep/er/model/../0f"], folder["model/../0f/model.safetensors"], folder["deep/../model/."]])
        {
            using Checkpoint checkpoint = CheckpointReader.Open(path);
            Assert.Equal(12, checkpoint.Tensors.Count);
        }
    }

    // What is left of a cache that was copied without its blobs.
    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer.json")]
    public void A_file_of_a_checkpoint_that_links_to_nothing_is_broken(string name)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        File.Delete(model[name]);
        File.CreateSymbolicLink(model[name], "../../blobs/0f");
        var exception = Assert.Throws<ModelFormatException>(() =>
        {
            using Checkpoint checkpoint = CheckpointReader.Open(model.Path);
            checkpoint.ReadVocabulary();
        });
        Assert.Equal((model[name], "a link to nothing"), (exception.Path, exception.Found));
        if (name != "model.safetensors") CheckpointReader.Inspect(model.Path);
    }

    [Fact]
    public void Meta_tokenizers_lie_above_the_linked_folder_or_above_the_link()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["llama/7B"]);
        Directory.CreateDirectory(folder["links"]);
        File.WriteAllText(folder["llama/7B/params.json"], "{}");
        File.WriteAllBytes(folder["llama/7B/consolidated.00.pth"], [1]);
        Directory.CreateSymbolicLink(folder["links/7B"], folder["llama/7B"]);
        string tokenizer = SharedData.Path("models/stories260K/tok512.model");
        File.Copy(tokenizer, folder["llama/tokenizer.model"]);
        Assert.Equal(512, CheckpointReader.ReadTokenizer(folder["links/7B"]).VocabularySize);
        File.Move(folder["llama/tokenizer.model"], folder["links/tokenizer.model"]);
        Assert.Equal(512, CheckpointReader.ReadTokenizer(folder["links/7B"]).VocabularySize);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("./a/b.gguf", "./a/b.gguf")]
    [InlineData("../a/b", "../a/b")]
    [InlineData("../../x/./y", "../../x/./y")]
    public void Paths_that_go_back_at_their_start_alone_stay_as_they_are(string path, string expected) =>
        Assert.Equal(expected, RealPath.WithoutStepsBack(path));

    [Fact]
    public void Steps_back_start_from_the_target_of_a_link()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real/in"]);
        Directory.CreateSymbolicLink(folder["link"], folder["real/in"]);
        string real = RealPath.Of(folder["real"]);
        Assert.Equal(Path.Combine(real, "a"), RealPath.WithoutStepsBack(folder["link/../a"]));
        Assert.Equal(Path.Combine(real, "in", "a"), RealPath.Of(folder["link/a"]));
        Assert.Equal(Path.Combine(real, "in"), RealPath.Of(folder["link/./"]));
        Assert.Equal(Path.GetPathRoot(real), RealPath.Of("/../.."));
    }
}

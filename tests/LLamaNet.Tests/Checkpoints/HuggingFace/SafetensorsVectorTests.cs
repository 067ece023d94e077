using System.Text.Json;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.HuggingFace;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

// Good and bad files after the tests of the safetensors library.
public class SafetensorsVectorTests
{
    [Fact]
    public void Every_file_is_accepted_or_refused_as_the_format_says()
    {
        string folder = SharedData.Path("vectors/safetensors");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        JsonElement[] cases = [.. expected.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.Equal(26, cases.Length);
        foreach (JsonElement item in cases)
        {
            string path = Path.Combine(folder, item.GetProperty("file").GetString()!);
            if (item.GetProperty("ok").GetBoolean())
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                Assert.NotNull(CheckpointReader.Inspect(file.Path).ConfigProblem);
            }
            else
            {
                var exception = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path));
                Assert.StartsWith($"{path}: {exception.Place}: expected {exception.Expected}, found ", exception.Message);
            }
        }
    }

    [Fact]
    public void Numbers_and_metadata_are_those_of_the_file()
    {
        using SafetensorsFile halves = SafetensorsFile.Open(SharedData.Path("vectors/safetensors/ok_bf16_f16.safetensors"));
        byte[] row = new byte[4];
        halves.TryGetMatrix(halves.Header.Tensors[0])!.ReadRows(0, 1, row);
        Assert.Equal([0x80, 0x3f, 0x00, 0xc0], row);
        halves.TryGetMatrix(halves.Header.Tensors[1])!.ReadRows(0, 1, row);
        Assert.Equal([0x00, 0x3c, 0x00, 0xc0], row);

        using SafetensorsFile metadata = SafetensorsFile.Open(SharedData.Path("vectors/safetensors/ok_metadata.safetensors"));
        Assert.NotEmpty(CheckpointReader.Inspect(metadata.Path).Metadata);
    }

    [Fact]
    public void A_model_that_is_no_LLaMA_is_listed()
    {
        using SafetensorsFile file = SafetensorsFile.Open(
            SharedData.Path("models/safetensors-samples/minicpm3-tiny/model.safetensors"));
        CheckpointSummary summary = CheckpointReader.Inspect(file.Path);
        Assert.Null(summary.Config);
        Assert.NotEmpty(summary.Tensors);
        Assert.Equal(
            file.Header.Tensors.OrderBy(tensor => tensor.Offset).Select(tensor => tensor.Name),
            summary.Tensors.Select(tensor => tensor.Name));
    }
}

using System.Text.Json;
using LLamaNet.Checkpoints;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// The tokenizer of SmolLM2, against the ids of Hugging Face's tokenizers.
public class RealTokenizerTests
{
    private const string Folder = "smollm2-135m-instruct";

    [Fact]
    public void Ids_are_those_of_Hugging_Face()
    {
        using Checkpoint checkpoint = CheckpointReader.Open(SharedData.RealModel($"{Folder}/SmolLM2-135M-Instruct.Q4_1.gguf"));
        ModelTokenizer tokenizer = checkpoint.ReadTokenizer();
        int tested = 0;
        foreach (string line in File.ReadLines(SharedData.RealModel($"{Folder}/golden/tokenizer.jsonl")))
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            string text = vector.RootElement.GetProperty("text").GetString()!;
            AssertIds("ids", parseSpecial: false);
            AssertIds(vector.RootElement.TryGetProperty("ids_special", out _) ? "ids_special" : "ids", parseSpecial: true);
            tested++;

            void AssertIds(string name, bool parseSpecial)
            {
                int[] expected = [.. vector.RootElement.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
                IReadOnlyList<int> ids = tokenizer.Encode(text, addSpecial: false, parseSpecial);
                Assert.True(
                    expected.SequenceEqual(ids),
                    $"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, got {string.Join(' ', ids)}");
            }
        }

        Assert.Equal(449, tested);
        Assert.Equal([0, 2], tokenizer.EndIds.Order());
    }
}

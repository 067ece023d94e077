using CsCheck;
using LLamaNet.Checkpoints;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

// Whatever happens to the files of a good model, opening and reading it ends in a checkpoint or in ModelFormatException.
public class HuggingFaceMutationTests
{
    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("part-0.safetensors")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer_config.json")]
    public void A_changed_file_is_a_model_or_refused(string name)
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded();
        File.WriteAllText(
            model["generation_config.json"],
            """{"do_sample": true, "temperature": 0.6, "top_k": 40, "top_p": 0.9, "eos_token_id": [2, 3]}""");
        File.WriteAllText(model["tokenizer_config.json"], HuggingFaceTokenizerTests.TokenizerConfig);
        byte[] good = File.ReadAllBytes(model[name]);
        model.Open().Dispose();
        Mutation.Of(good).Sample(bytes =>
        {
            File.WriteAllBytes(model[name], bytes);
            OpenAndRead(model);
        }, iter: 400, threads: 1);

        for (int length = 0; length < good.Length; length += 1 + length / 100)
        {
            File.WriteAllBytes(model[name], good[..length]);
            Assert.Throws<ModelFormatException>(() => OpenAndRead(model, rethrow: true));
        }
    }

    private static void OpenAndRead(HuggingFaceModel model, bool rethrow = false)
    {
        try
        {
            using Checkpoint checkpoint = model.Open();
            foreach (MatrixSource matrix in checkpoint.Tensors.Values) matrix.ReadRows(0, matrix.Rows, new byte[matrix.Bytes]);
            Assert.Equal(checkpoint.Config, CheckpointReader.Inspect(model.Path).Config);
        }
        catch (ModelFormatException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
            if (rethrow) throw;
        }
    }
}

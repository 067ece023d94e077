using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Tokenization.Vocabulary;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

// llama.cpp loads a file whose tokens are as many as the embedding's rows.
public class GgufConversionVocabularyTests
{
    [Fact]
    public void A_smaller_vocabulary_is_filled_up()
    {
        using Checkpoint actual = Convert(TestConfigs.Tiny with { VocabularySize = 9 }, out IReadOnlyList<string> warnings);
        TokenizerVocabulary vocabulary = actual.ReadVocabulary();
        Assert.Equal([.. TinyModel.Vocabulary.Pieces, "[PAD6]", "[PAD7]", "[PAD8]"], vocabulary.Pieces);
        Assert.Equal(
            [.. TinyModel.Vocabulary.Types, TokenType.Unused, TokenType.Unused, TokenType.Unused], vocabulary.Types);
        Assert.Equal([.. TinyModel.Vocabulary.Scores!, -10000, -10000, -10000], vocabulary.Scores!);
        Assert.Equal([1, 5, 5], actual.ReadTokenizer().Encode("a a"));
        Assert.Empty(warnings);
    }

    [Fact]
    public void Ids_without_embeddings_are_left_out_and_told()
    {
        using Checkpoint actual = Convert(TestConfigs.Tiny with { VocabularySize = 5 }, out IReadOnlyList<string> warnings);
        Assert.Equal(TinyModel.Vocabulary.Pieces[..5], actual.ReadVocabulary().Pieces);
        Assert.Equal(5, actual.ReadVocabulary().Scores!.Length);
        Assert.Equal(["tiny: tokenizer: ids from 5 to 5 have no embeddings, so they are left out"], warnings);
    }

    [Fact]
    public void A_model_without_a_tokenizer_says_so()
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        using var folder = new TemporaryFolder();
        using (Checkpoint source = model.Open())
        {
            GgufConversion.Write(
                source, folder["out.gguf"], Mixes.Of(DType.F32), cancellationToken: TestContext.Current.CancellationToken);
        }

        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.False(actual.HasVocabulary);
        CheckpointSummary summary = CheckpointReader.Inspect(folder["out.gguf"]);
        Assert.Contains(KeyValuePair.Create("tokenizer.ggml.model", "no_vocab"), summary.Metadata);
        Assert.Contains(KeyValuePair.Create("llama.vocab_size", "6"), summary.Metadata);
    }

    [Fact]
    public void What_llama_cpp_does_not_compute_is_told()
    {
        Convert(TestConfigs.Tiny with { RopeScaling = new RopeScaling.Yarn(4, 16, 24) }, out IReadOnlyList<string> warnings)
            .Dispose();
        Assert.Equal(["tiny: llama.cpp takes 32 and 1 for the ends of YaRN's ramp in a file of architecture llama"], warnings);
    }

    private static Checkpoint Convert(LlamaConfig config, out IReadOnlyList<string> warnings)
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = TinyCheckpoint.Of(config, RopePairing.AdjacentPairs);
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.F32));
        warnings = source.Warnings.All;
        return OpenCheckpoint.Gguf(new MemoryStream(File.ReadAllBytes(folder["out.gguf"])), "out.gguf");
    }
}

using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

public class GgufVocabularyTests
{
    [Fact]
    public void A_sentence_piece_vocabulary_alone()
    {
        TokenizerVocabulary vocabulary = new GgufContainer().ReadVocabulary(
            SharedData.Path("tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf"), new());
        Assert.Equal(TokenizerModelKind.SentencePieceBpe, vocabulary.Kind);
        Assert.Equal(32000, vocabulary.Pieces.Length);
        Assert.Equal("▁the", vocabulary.Pieces[278]);
        Assert.Equal(-19, vocabulary.Scores![278]);
        Assert.Equal(
            (TokenType.Unknown, TokenType.Control, TokenType.Byte),
            (vocabulary.Types[0], vocabulary.Types[1], vocabulary.Types[3]));
        Assert.Equal((1, 2, 0), (vocabulary.BosId, vocabulary.EosId, vocabulary.UnknownId));
        Assert.Equal((true, false, SpacePrefix.EveryStretch), (vocabulary.AddBos, vocabulary.AddEos, vocabulary.SpacePrefix));
    }

    [Fact]
    public void A_byte_level_vocabulary()
    {
        using Checkpoint checkpoint = OpenCheckpoint.Gguf(SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"));
        TokenizerVocabulary vocabulary = checkpoint.ReadVocabulary();
        Assert.Equal(TokenizerModelKind.ByteLevelBpe, vocabulary.Kind);
        Assert.Equal((PreTokenizer.Llama3, true), (vocabulary.PreTokenizer, vocabulary.IgnoreMerges));
        Assert.Equal(248, vocabulary.Merges!.Count);
        Assert.Equal(("Ġ", "t"), vocabulary.Merges[0]);
        Assert.Equal((504, 508), (vocabulary.BosId, vocabulary.EosId));
        Assert.True(vocabulary.AddBos);
    }

    [Theory]
    [InlineData("models/stories260K/stories260K-F32.gguf")]
    [InlineData("models/synth-llama3/synth-llama3-F32.gguf")]
    public void What_is_written_is_read_back(string path)
    {
        TokenizerVocabulary expected = new GgufContainer().ReadVocabulary(SharedData.Path(path), new());
        TokenizerVocabulary actual = WriteAndRead(expected);
        Assert.Equal(expected.Pieces, actual.Pieces);
        Assert.Equal(expected.Scores, actual.Scores);
        Assert.Equal(expected.Types, actual.Types);
        Assert.Equal(expected.Merges, actual.Merges);
        Assert.Equal(
            (expected.Kind, expected.PreTokenizer, expected.IgnoreMerges, expected.BosId, expected.EosId, expected.UnknownId),
            (actual.Kind, actual.PreTokenizer, actual.IgnoreMerges, actual.BosId, actual.EosId, actual.UnknownId));
        Assert.Equal(
            (expected.AddBos, expected.AddEos, expected.SpacePrefix), (actual.AddBos, actual.AddEos, actual.SpacePrefix));
    }

    [Fact]
    public void The_words_of_Qwen2_are_read_back()
    {
        TokenizerVocabulary llama3 = new GgufContainer().ReadVocabulary(
            SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"), new());
        TokenizerVocabulary qwen2 = WriteAndRead(llama3 with { PreTokenizer = PreTokenizer.Qwen2, IgnoreMerges = false });
        Assert.Equal((PreTokenizer.Qwen2, false), (qwen2.PreTokenizer, qwen2.IgnoreMerges));
        Assert.Equal("byte-level BPE (qwen2)", TokenizerFactory.Create(qwen2, "qwen2").Kind);
    }

    [Theory]
    [InlineData("tokenizers/llama2/tokenizer.model")]
    [InlineData("tokenizers/llama2/tokenizer.json")]
    [InlineData("tokenizers/llama2/tokenizer.newstyle.json")]
    [InlineData("models/synth-llama3/hf-f32/tokenizer.json")]
    public void A_tokenizer_of_another_container_encodes_the_same_from_GGUF(string path)
    {
        TokenizerVocabulary vocabulary = TokenizerFile.Read(File.ReadAllBytes(SharedData.Path(path)), path);
        ModelTokenizer expected = TokenizerFactory.Create(vocabulary, path);
        ModelTokenizer actual = TokenizerFactory.Create(WriteAndRead(vocabulary), "GGUF");
        foreach (string line in File.ReadLines(SharedData.Path("corpora/wiki.test.raw")).Take(400))
            Assert.Equal(expected.Encode(line), actual.Encode(line));
    }

    [Fact]
    public void End_ids_beside_the_end_of_sequence_are_kept() =>
        Assert.Equal([4, 5], WriteAndRead(TinyModel.Vocabulary with { ExtraEndIds = [4, 5] }).ExtraEndIds);

    [Fact]
    public void Merges_ranked_by_their_result_are_put_in_its_order()
    {
        var vocabulary = new TokenizerVocabulary
        {
            Kind = TokenizerModelKind.ByteLevelBpe,
            Pieces = ["a", "b", "bb", "aa"],
            Types = [TokenType.Normal, TokenType.Normal, TokenType.Normal, TokenType.Normal],
            Merges = [("a", "a"), ("b", "b")],
            RanksByResult = true,
            IgnoreMerges = true,
        };
        Assert.Equal([("b", "b"), ("a", "a")], WriteAndRead(vocabulary).Merges);
    }

    [Theory]
    [InlineData("tokenizer.ggml.model", "bert", "tokenizer.ggml.model: expected llama or gpt2, found bert")]
    [InlineData("tokenizer.ggml.model", null, "tokenizer.ggml.model: expected llama or gpt2, found no such key")]
    [InlineData("tokenizer.ggml.tokens", null, "tokenizer.ggml.tokens: expected an array of strings, found no such key")]
    [InlineData("tokenizer.ggml.scores", new[] { 1f }, "tokenizer.ggml.scores: expected 6 elements, one for each token, found 1")]
    [InlineData(
        "tokenizer.ggml.scores", new[] { 1f, 1, 1, 1, 1, float.NaN }, "tokenizer.ggml.scores: expected numbers, found NaN")]
    [InlineData(
        "tokenizer.ggml.token_type", new[] { 1 }, "tokenizer.ggml.token_type: expected 6 elements, one for each token, found 1")]
    [InlineData("tokenizer.ggml.add_bos_token", 1u, "tokenizer.ggml.add_bos_token: expected a bool, found UInt32")]
    [InlineData("tokenizer.ggml.merges", new[] { "a" },
        "tokenizer.ggml.merges[0]: expected two pieces with a space between, found \"a\"")]
    public void Bad_metadata_is_named(string key, object? value, string message)
    {
        TinyModel model = value is null ? TinyModel.Create().Without(key) : TinyModel.Create().With(key, value);
        using var folder = new TemporaryFolder();
        model.Write(folder["bad.gguf"]);
        var exception = Assert.Throws<ModelFormatException>(() => new GgufContainer().ReadVocabulary(folder["bad.gguf"], new()));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scores", null, "no such key; all scores are 0, so the left-most pieces join first")]
    [InlineData("scores", new[] { 1f, 2, 3, 4, 5, 6, 7 }, "7 elements for 6 tokens; the last 1 are left out")]
    [InlineData("token_type", new[] { 1, 1, 1, 1, 1, 7 }, "type 7 of token 5 is unknown; normal is taken")]
    [InlineData("bos_token_id", 6u, "6 is no id of the 6 tokens; 1 is taken")]
    [InlineData("bos_token_id", null, "no such key; 1 is taken")]
    [InlineData("eos_token_id", 0xffffffff, "4294967295 is no id of the 6 tokens; 2 is taken")]
    [InlineData("unknown_token_id", 7u, "7 is no id of the 6 tokens; 0 is taken")]
    [InlineData("eot_token_id", 9u, "9 is no id of the 6 tokens; none is taken")]
    public void Odd_metadata_gets_the_usual_value_and_a_warning(string name, object? value, string warning)
    {
        string key = $"tokenizer.ggml.{name}";
        TinyModel model = value is null ? TinyModel.Create().Without(key) : TinyModel.Create().With(key, value);
        using var folder = new TemporaryFolder();
        model.Write(folder["odd.gguf"]);
        var warnings = new LoadWarnings();
        TokenizerVocabulary vocabulary = new GgufContainer().ReadVocabulary(folder["odd.gguf"], warnings);
        Assert.Equal((1, 2, 0), (vocabulary.BosId, vocabulary.EosId, vocabulary.UnknownId));
        Assert.Contains($"{folder["odd.gguf"]}: {key}: {warning}", warnings.All);
    }

    [Fact]
    public void Whole_numbers_are_scores_too()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Create().With("tokenizer.ggml.scores", new[] { 1, 2, 3, 4, 5, 6 }).Write(folder["a.gguf"]);
        Assert.Equal([1, 2, 3, 4, 5, 6], new GgufContainer().ReadVocabulary(folder["a.gguf"], new()).Scores!);
    }

    [Theory]
    [InlineData("<|begin_of_text|>", "llama-bpe", true)]
    [InlineData("d", "default", false)]
    public void Without_a_pre_tokenizer_the_rule_is_that_of_LLaMA_3_or_of_llama_cpp(string piece, string taken, bool addsBos)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Create().With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.merges", new[] { "a b" })
            .With("tokenizer.ggml.tokens", new[] { "a", "b", "ab", "c", "e", piece })
            .Without("tokenizer.ggml.add_bos_token").Write(folder["a.gguf"]);
        var warnings = new LoadWarnings();
        TokenizerVocabulary vocabulary = new GgufContainer().ReadVocabulary(folder["a.gguf"], warnings);
        Assert.Equal(NamedPreTokenizer.Find(taken)!.Rule, vocabulary.PreTokenizer);
        Assert.Equal(addsBos, vocabulary.AddBos);
        Assert.Contains(warnings.All, line => line.Contains(
            $"tokenizer.ggml.pre: no such key; {taken} is taken", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tokenizer.ggml.merges", null, "tokenizer.ggml.merges: expected an array of strings, found no such key")]
    [InlineData(
        "tokenizer.ggml.pre", "chameleon",
        "tokenizer.ggml.pre: expected llama-bpe, gpt-2, qwen2 or another name of llama.cpp's, found chameleon")]
    public void Bad_byte_level_metadata_is_named(string key, object? value, string message)
    {
        TinyModel model = TinyModel.Create().With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.merges", new[] { "▁ a" });
        _ = value is null ? model.Without(key) : model.With(key, value);
        using var folder = new TemporaryFolder();
        model.Write(folder["bad.gguf"]);
        var exception = Assert.Throws<ModelFormatException>(() => new GgufContainer().ReadVocabulary(folder["bad.gguf"], new()));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static TokenizerVocabulary WriteAndRead(TokenizerVocabulary vocabulary)
    {
        using var folder = new TemporaryFolder();
        GgufWriter.Write(
            folder["vocabulary.gguf"], [.. GgufVocabulary.Write(vocabulary, "a", new())], [],
            cancellationToken: CancellationToken.None);
        return new GgufContainer().ReadVocabulary(folder["vocabulary.gguf"], new());
    }
}

using System.Text.Json;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.Checkpoints.Meta;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

public class HuggingFaceTokenizerTests
{
    public const string TokenizerConfig = """
        {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false},
         "unk_token": null, "add_bos_token": false, "add_eos_token": true, "legacy": false,
         "added_tokens_decoder": {"0": {"content": "<unk>", "special": true}, "512": {"content": "<|im_start|>", "special": true},
          "513": {"content": "<tool>", "lstrip": true, "normalized": false}},
         "chat_template": [{"name": "tool_use", "template": "T"}, {"name": "default", "template": "{{ messages }}"}]}
        """;

    [Theory]
    [InlineData("stories260K/hf-f32", "stories260K/F32")]
    [InlineData("synth-llama3/hf-f32", "synth-llama3/F32")]
    [InlineData("synth-headdim/hf-f32", "synth-headdim/F32")]
    public void Prompts_have_the_ids_of_the_goldens(string folder, string golden)
    {
        ModelTokenizer tokenizer = TokenizerFactory.Create(
            HuggingFaceVocabulary.Read(SharedData.Path("models/" + folder), new()), folder);
        AssertGoldenIds(tokenizer, golden);
    }

    [Fact]
    public void Metas_folder_has_the_same_tokenizer() => AssertGoldenIds(
        TokenizerFactory.Create(MetaFiles.ReadVocabulary(SharedData.Path("models/stories260K/meta-f32")), "meta"),
        "stories260K/F32");

    [Fact]
    public void Metas_tokenizer_may_lie_in_the_folder_above()
    {
        using MetaModel model = MetaModel.Create();
        string folder = Directory.CreateDirectory(model["7B"]).FullName;
        Assert.Equal("tokenizer.model", Assert.Throws<ModelFormatException>(() => MetaFiles.ReadVocabulary(folder)).Place);
        File.Copy(SharedData.Path("models/stories260K/tok512.model"), model["tokenizer.model"]);
        Assert.Equal(512, MetaFiles.ReadVocabulary(folder).Pieces.Length);
    }

    [Fact]
    public void Flags_names_and_added_tokens_of_the_configuration_apply()
    {
        using HuggingFaceModel model = Create(TokenizerConfig);
        TokenizerVocabulary vocabulary = HuggingFaceVocabulary.Read(model.Path, new());
        Assert.Equal((1, 2, 0), (vocabulary.BosId, vocabulary.EosId, vocabulary.UnknownId));
        Assert.Equal((false, true), (vocabulary.AddBos, vocabulary.AddEos));
        Assert.Equal(SpacePrefix.StartWithoutSpace, vocabulary.SpacePrefix);
        Assert.Equal(["<|im_start|>", "<tool>"], vocabulary.Pieces[512..]);
        Assert.Equal([TokenType.Control, TokenType.UserDefined], vocabulary.Types[512..]);
        Assert.Equal(TokenType.Unknown, vocabulary.Types[0]);
        Assert.Equal(514, vocabulary.Scores!.Length);
        Assert.Equal(new AddedToken(513, "<tool>", Special: false, LeftStrip: true), vocabulary.AddedTokens[2]);
        Assert.Equal([2], vocabulary.ExtraEndIds);

        ModelTokenizer tokenizer = TokenizerFactory.Create(vocabulary, model.Path);
        Assert.Equal([512, 2], tokenizer.Encode("<|im_start|>", addSpecial: true, parseSpecial: true));
    }

    [Fact]
    public void Names_that_the_configuration_leaves_out_are_those_of_the_special_tokens_map()
    {
        using HuggingFaceModel model = Create("""{"bos_token": "", "eos_token": null}""");
        File.WriteAllText(model["special_tokens_map.json"], """{"bos_token": "</s>", "eos_token": {"content": "<s>"}}""");
        TokenizerVocabulary vocabulary = HuggingFaceVocabulary.Read(model.Path, new());
        Assert.Equal((2, 1), (vocabulary.BosId, vocabulary.EosId));
    }

    [Theory]
    [InlineData("""{"eos_token_id": [3, 5]}""", new[] { 3, 5 })]
    [InlineData("""{"eos_token_id": 4}""", new[] { 4 })]
    [InlineData("""{}""", new[] { 2 })]
    public void End_ids_are_those_of_the_generation_configuration_or_else_of_the_model(string generation, int[] ids)
    {
        using HuggingFaceModel model = Create("{}");
        File.WriteAllText(model["generation_config.json"], generation);
        Assert.Equal(ids, HuggingFaceVocabulary.Read(model.Path, new()).ExtraEndIds);
    }

    [Theory]
    [InlineData("""{"bos_token": 7}""", "bos_token")]
    [InlineData("""{"added_tokens_decoder": {"99999": {"content": "<a>"}}}""", "added tokens")]
    [InlineData("""{"added_tokens_decoder": {"-1": {"content": "<a>"}}}""", "added_tokens_decoder")]
    [InlineData("""{"added_tokens_decoder": {"512": {"content": ""}}}""", "added_tokens_decoder.512.content")]
    [InlineData("""{"added_tokens_decoder": {"512": "<a>"}}""", "added_tokens_decoder.512")]
    [InlineData("""{"added_tokens_decoder": {"512": {"content": "<a>"}, "0512": {"content": "<b>"}}}""", "added tokens")]
    [InlineData("""{"add_bos_token": 1}""", "add_bos_token")]
    public void Broken_configurations_are_refused_by_name(string config, string place)
    {
        using HuggingFaceModel model = Create(config);
        Assert.Equal(place, Assert.Throws<ModelFormatException>(() => HuggingFaceVocabulary.Read(model.Path, new())).Place);
    }

    [Fact]
    public void End_ids_beyond_the_vocabulary_are_left_out()
    {
        using HuggingFaceModel model = Create("{}");
        File.WriteAllText(model["generation_config.json"], """{"eos_token_id": 512}""");
        var warnings = new LoadWarnings();
        Assert.Empty(HuggingFaceVocabulary.Read(model.Path, warnings).ExtraEndIds);
        Assert.Equal(
            [$"{model["generation_config.json"]}: eos_token_id: 512 is no id of the 512 tokens; it is left out"], warnings.All);
    }

    [Fact]
    public void Listed_tokens_are_added_at_their_ids_and_ids_between_are_unused()
    {
        using HuggingFaceModel model = Create("""{"eos_token": "<|im_end|>"}""");
        File.WriteAllText(model["added_tokens.json"], """{"<|im_end|>": 515, "<tool>": 512, "<s>": 700}""");
        TokenizerVocabulary vocabulary = HuggingFaceVocabulary.Read(model.Path, new());
        Assert.Equal(515, vocabulary.EosId);
        Assert.Equal(["<tool>", "", "", "<|im_end|>"], vocabulary.Pieces[512..]);
        Assert.Equal(
            [TokenType.UserDefined, TokenType.Unused, TokenType.Unused, TokenType.Control], vocabulary.Types[512..]);
        ModelTokenizer tokenizer = TokenizerFactory.Create(vocabulary, model.Path);
        Assert.Equal([512], tokenizer.Encode("<tool>", addSpecial: false));
        Assert.Equal([515], tokenizer.Encode("<|im_end|>", addSpecial: false, parseSpecial: true));
        Assert.DoesNotContain(515, tokenizer.Encode("<|im_end|>", addSpecial: false));
        Assert.Equal("<tool>", tokenizer.Decode([512, 513, 515]));
    }

    [Fact]
    public void Special_tokens_that_the_vocabulary_lacks_are_put_behind_it()
    {
        using HuggingFaceModel model = Create(
            """{"pad_token": "<pad>", "unk_token": {"content": "<none>"}, "additional_special_tokens": ["<a>", "<s>"]}""");
        var warnings = new LoadWarnings();
        TokenizerVocabulary vocabulary = HuggingFaceVocabulary.Read(model.Path, warnings);
        Assert.Equal(["<none>", "<pad>", "<a>"], vocabulary.Pieces[512..]);
        Assert.Equal(0, vocabulary.UnknownId);
        Assert.Equal(3, warnings.All.Count);
    }

    [Theory]
    [InlineData(TokenizerConfig, null, "{{ messages }}")]
    [InlineData(TokenizerConfig, "from a file", "from a file")]
    [InlineData("""{"chat_template": "one"}""", null, "one")]
    [InlineData("""{"chat_template": [{"name": "rag", "template": "x"}]}""", null, null)]
    [InlineData("""{}""", null, null)]
    public void The_chat_template_is_found(string config, string? file, string? template)
    {
        using HuggingFaceModel model = Create(config);
        if (file is not null) File.WriteAllText(model["chat_template.jinja"], file);
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(template, checkpoint.ChatTemplate);
    }

    [Fact]
    public void A_chat_template_beyond_the_limit_is_refused()
    {
        using HuggingFaceModel model = Create($$"""{"chat_template": "{{new string('x', (256 << 10) + 1)}}"}""");
        Assert.Equal("chat_template", Assert.Throws<ModelFormatException>(model.Open).Place);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_so()
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        Assert.Equal("tokenizer", Assert.Throws<ModelFormatException>(() => HuggingFaceVocabulary.Read(model.Path, new())).Place);
    }

    private static HuggingFaceModel Create(string tokenizerConfig)
    {
        HuggingFaceModel model = HuggingFaceModel.Create();
        File.WriteAllText(model["tokenizer_config.json"], tokenizerConfig);
        File.Copy(SharedData.Path("models/stories260K/tok512.model"), model["tokenizer.model"]);
        File.SetAttributes(model["tokenizer.model"], FileAttributes.Normal);
        return model;
    }

    private static void AssertGoldenIds(ModelTokenizer tokenizer, string golden)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path($"golden/{golden}.llamacpp.json")));
        foreach (JsonElement prompt in document.RootElement.GetProperty("prompts").EnumerateArray())
        {
            int[] expected = [.. prompt.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(expected, tokenizer.Encode(prompt.GetProperty("prompt").GetString()!));
        }
    }
}

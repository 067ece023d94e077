using System.Text.Json;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Vocabulary;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// Ids that llama.cpp and SentencePiece give, from every container that holds the vocabulary.
public class TokenizerVectorTests
{
    [Theory]
    [InlineData("llama-spm", "tokenizers/llama2/tokenizer.model")]
    [InlineData("llama-spm", "tokenizers/llama2/tokenizer.json")]
    [InlineData("llama-spm", "tokenizers/llama2/tokenizer.newstyle.json")]
    [InlineData("llama-spm", "tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf")]
    [InlineData("stories260K", "models/stories260K/stories260K-F32.gguf")]
    [InlineData("synth-bpe", "models/synth-llama3/hf-f32/tokenizer.json")]
    [InlineData("synth-bpe", "models/synth-llama3/synth-llama3-F32.gguf")]
    public void Ids_are_those_of_the_vectors(string vectors, string file)
    {
        ModelTokenizer tokenizer = Open(SharedData.Path(file));
        // Whoever wrote tokenizer.newstyle.json lost one piece: id 31353 is "" there, not U+2028.
        bool lacksLineSeparator = tokenizer.VocabularySize == 32000 && tokenizer.GetPiece(31353).Length == 0;
        int tested = 0;
        foreach (string line in File.ReadLines(SharedData.Path($"vectors/tokenizer/{vectors}.jsonl")))
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            // The others are bytes that are no UTF-8, which a string cannot hold.
            if (!vector.RootElement.TryGetProperty("text", out JsonElement text)) continue;
            if (lacksLineSeparator && text.GetString()!.Contains('\u2028')) continue;

            int[] expected = [.. vector.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            bool addSpecial = vector.RootElement.GetProperty("add_special").GetBoolean();
            bool parseSpecial = vector.RootElement.GetProperty("parse_special").GetBoolean();
            IReadOnlyList<int> ids = tokenizer.Encode(text.GetString()!, addSpecial, parseSpecial);
            Assert.True(
                expected.SequenceEqual(ids), $"{text}: expected {string.Join(' ', expected)}, got {string.Join(' ', ids)}");
            tested++;
        }

        Assert.True(tested >= 400, $"{tested} vectors");
    }

    // The file says remove_extra_whitespaces, which llama.cpp and so the vectors do not do.
    [Fact]
    public void Ids_of_a_model_that_removes_extra_spaces_are_those_of_the_text_without()
    {
        ModelTokenizer removing = Open(SharedData.Path("models/stories260K/tok512.model"));
        ModelTokenizer keeping = Open(SharedData.Path("models/stories260K/stories260K-F32.gguf"));
        int changed = 0;
        foreach (string line in File.ReadLines(SharedData.Path("vectors/tokenizer/stories260K.jsonl")))
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            if (!vector.RootElement.TryGetProperty("text", out JsonElement value)) continue;
            string text = value.GetString()!;
            string clean = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(keeping.Encode(clean, addSpecial: false), removing.Encode(text, addSpecial: false));
            if (clean != text) changed++;
        }

        Assert.True(changed >= 20, $"{changed} texts with extra spaces");
    }

    [Theory]
    [InlineData("llama-spm", "tokenizers/llama2/tokenizer.model")]
    [InlineData("stories260K", "models/stories260K/tok512.model")]
    public void Texts_are_those_of_the_vectors(string vectors, string file)
    {
        ModelTokenizer tokenizer = Open(SharedData.Path(file));
        int tested = 0;
        foreach (string line in File.ReadLines(SharedData.Path($"vectors/tokenizer/{vectors}.jsonl")))
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            if (!vector.RootElement.TryGetProperty("detokenized", out JsonElement text)) continue;

            TokenDecoder decoder = tokenizer.CreateDecoder(keepSpecial: true);
            IEnumerable<int> ids = vector.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
            Assert.Equal(text.GetString(), string.Concat(ids.Select(decoder.Append)) + decoder.Flush());
            tested++;
        }

        Assert.Equal(80, tested);
    }

    [Theory]
    [InlineData("tokenizers/llama2/tokenizer.model")]
    [InlineData("tokenizers/llama2/tokenizer.json")]
    [InlineData("tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf")]
    public void Ids_are_those_of_llama_cpps_own_tests(string file)
    {
        ModelTokenizer tokenizer = Open(SharedData.Path(file));
        string tests = SharedData.Path("tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf");
        string[] texts = File.ReadAllText(tests + ".inp").Split("\n__ggml_vocab_test__\n");
        string[] ids = File.ReadAllText(tests + ".out").Split('\n');
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal(ids[i].Trim(), string.Join(' ', tokenizer.Encode(texts[i], addSpecial: false)));
        Assert.Equal(47, texts.Length);
    }

    [Fact]
    public void A_tokenizer_json_converted_from_SentencePiece_needs_no_merges()
    {
        TokenizerVocabulary model = Read(SharedData.Path("tokenizers/llama2/tokenizer.model"));
        TokenizerVocabulary json = Read(SharedData.Path("tokenizers/llama2/tokenizer.json"));
        Assert.Null(json.Merges);
        Assert.Equal(model.Pieces, json.Pieces);
        Assert.Equal(model.Types, json.Types);
        Assert.Equal((model.BosId, model.EosId, model.UnknownId), (json.BosId, json.EosId, json.UnknownId));
        Assert.True(json.AddBos);
        Assert.False(json.AddEos);
    }

    [Theory]
    [InlineData("tokenizers/llama2/tokenizer.model")]
    [InlineData("tokenizers/llama2/tokenizer.newstyle.json")]
    [InlineData("models/synth-llama3/hf-f32/tokenizer.json")]
    public void Lines_of_a_corpus_round_trip(string file)
    {
        ModelTokenizer tokenizer = Open(SharedData.Path(file));
        foreach (string line in File.ReadLines(SharedData.Path("corpora/wiki.test.raw")).Take(500))
            Assert.Equal(line, tokenizer.Decode(tokenizer.Encode(line)));
    }

    internal static ModelTokenizer Open(string path) => TokenizerFactory.Create(
        path.EndsWith(".gguf", StringComparison.Ordinal) ? GgufTokenizerArrays.Read(path) : Read(path), path);

    private static TokenizerVocabulary Read(string path) => TokenizerFile.Read(File.ReadAllBytes(path), path);
}

using System.Text;
using CsCheck;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Vocabulary;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// Changed and truncated tokenizer files are a tokenizer or are refused, whatever the change.
public class TokenizerFileMutationTests
{
    private const string ByteLevel = """
        {"added_tokens": [{"id": 5, "content": "<|é|>", "special": true, "lstrip": false, "rstrip": false,
          "single_word": false, "normalized": false}],
         "normalizer": null,
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
         "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|é|>"}},
          {"Sequence": {"id": "A"}}],
          "special_tokens": {"<|é|>": {"id": "<|é|>", "ids": [5]}}},
         "model": {"type": "BPE", "unk_token": null, "ignore_merges": true,
          "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġab": 4}, "merges": ["a b", ["Ġ", "ab"]]}}
        """;

    private const string Characters = """
        {"added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false},
         "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
          "vocab": {"<unk>": 0, "<0x0A>": 1, "▁": 2, "a": 3, "▁a": 4}, "merges": ["▁ a"]}}
        """;

    [Theory]
    [InlineData(ByteLevel)]
    [InlineData(Characters)]
    public void A_changed_tokenizer_json_is_a_tokenizer_or_refused(string json) => Check(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void A_changed_SentencePiece_model_is_a_tokenizer_or_refused() => Check(SentencePiece());

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused_wherever_they_stand()
    {
        byte[] good = Encoding.UTF8.GetBytes(ByteLevel);
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bytes = [.. good[..at], 0xFF, .. good[at..]];
            var exception = Assert.Throws<ModelFormatException>(() => TokenizerFile.Read(bytes, "a"));
            if (at > 0) Assert.Equal(("a", "JSON", "UTF-8"), (exception.Path, exception.Place, exception.Expected));
        }
    }

    private static void Check(byte[] good)
    {
        Assert.NotEmpty(TokenizerFactory.Create(TokenizerFile.Read(good, "a"), "a").Encode(" ab"));
        Mutation.Of(good).Sample(ReadAndUse, iter: 2000, threads: 1);
        for (int length = 0; length < good.Length; length++) ReadAndUse(good[..length]);
    }

    private static void ReadAndUse(byte[] bytes)
    {
        try
        {
            ModelTokenizer tokenizer = TokenizerFactory.Create(TokenizerFile.Read(bytes, "a"), "a");
            IReadOnlyList<int> ids = tokenizer.Encode("ab <|é|> b\n", addSpecial: true, parseSpecial: true);
            Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
        }
        catch (ModelFormatException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
        }
    }

    // Pieces (field 1: text, score, type), then the trainer (field 2: BPE).
    private static byte[] SentencePiece()
    {
        using var model = new MemoryStream();
        using var writer = new BinaryWriter(model);
        (string Text, float Score, TokenType Type)[] pieces =

            [
                ("<unk>", 0, TokenType.Unknown), ("<s>", 0, TokenType.Control), ("▁", -2, TokenType.Normal),
                ("a", -3, TokenType.Normal), ("▁a", -1, TokenType.Normal),
            ];
        foreach ((string text, float score, TokenType type) in pieces)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            writer.Write((byte[])[0x0A, (byte)(bytes.Length + 9), 0x0A, (byte)bytes.Length, .. bytes, 0x15]);
            writer.Write(score);
            writer.Write((byte[])[0x18, (byte)type]);
        }

        writer.Write((byte[])[0x12, 2, 0x18, 2]);
        return model.ToArray();
    }
}

using System.Text;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// Stages of tokenizer.json, with ids by the rules of Hugging Face's tokenizers.
public class TokenizerJsonStagesTests
{
    private const string ByteLevel = """{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}""";
    private const string Split = "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"";
    private const string Isolated = "\"}, \"behavior\": \"Isolated\", \"invert\": false}";
    private const string Asian = "[一-龥぀-ゟ゠-ヿ]+";
    private const string DeepSeek =
        @"[!\""#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
        + @"| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private const string Upper = @"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private const string Lower = @"[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private const string Tekken =
        Upper + "*" + Lower + "+|" + Upper + "+" + Lower
        + @"*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private const string Gpt2 =
        @"'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private const string Escaped =
        """{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}""";
    private const string BytesOnly = """{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}""";

    [Theory]
    [InlineData("""{"type": "Digits", "individual_digits": true}""", ByteLevel, "smollm")]
    [InlineData("""{"type": "Punctuation", "behavior": "Contiguous"}""", ByteLevel, null)]
    [InlineData(Split + @"\\p{N}{1,3}" + Isolated + ", " + Split + Asian + Isolated + ", " + Split + DeepSeek + Isolated,
        BytesOnly, "deepseek-v3")]
    [InlineData(Split + Tekken + Isolated, BytesOnly, "tekken")]
    [InlineData(Split + Gpt2 + "\"}, \"behavior\": \"Removed\", \"invert\": true}", BytesOnly, "gpt-2")]
    public void Pre_tokenizers_are_those_that_GGUF_names(string first, string second, string? name)
    {
        TokenizerVocabulary vocabulary = Read("null", $$"""{"type": "Sequence", "pretokenizers": [{{first}}, {{second}}]}""");
        NamedPreTokenizer? expected = name is null ? null : NamedPreTokenizer.Find(name)!;
        Assert.Equal(expected?.Rule, NamedPreTokenizer.All.FirstOrDefault(n => n.Rule.Equals(vocabulary.PreTokenizer))?.Rule);
    }

    [Theory]
    [InlineData("""{"type": "Whitespace"}""")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "(a+)+"}, "behavior": "Isolated", "invert": false}""")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "\\p{N}"}, "behavior": "Removed", "invert": false}""")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "\\p{N}"}, "behavior": "Removed", "invert": true}""")]
    [InlineData("""{"type": "Punctuation", "behavior": "Removed"}""")]
    public void Others_are_refused(string preTokenizer) => Assert.Throws<ModelFormatException>(
        () => Read("null", $$"""{"type": "Sequence", "pretokenizers": [{{preTokenizer}}, {{ByteLevel}}]}"""));

    [Theory]
    [InlineData("""{"type": "NFC"}""", "e\u0301", new[] { 4 })]
    [InlineData("""{"type": "NFD"}""", "é", new[] { 1, 5 })]
    [InlineData("""{"type": "NFKC"}""", "ａ", new[] { 0 })]
    [InlineData("""{"type": "Lowercase"}""", "AE", new[] { 0, 1 })]
    [InlineData("""{"type": "StripAccents"}""", "a\u0301", new[] { 0 })]
    [InlineData("""{"type": "Strip", "strip_left": true, "strip_right": true}""", " a ", new[] { 0 })]
    [InlineData("""{"type": "Replace", "pattern": {"String": "x"}, "content": "a"}""", "xe", new[] { 0, 1 })]
    [InlineData("""{"type": "Replace", "pattern": {"Regex": " {1,9}"}, "content": "e"}""", "a  a", new[] { 0, 1, 0 })]
    [InlineData("""{"type": "Prepend", "prepend": "e"}""", "a", new[] { 1, 0 })]
    [InlineData("""{"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}""", "é", new[] { 1 })]
    [InlineData(
        """{"type": "Sequence", "normalizers": [""" + Escaped + """, {"type": "NFC"}]}""", "e\u0301", new[] { 3, 4 })]
    public void Normalizers_are_applied_before_pieces(string normalizer, string text, int[] ids)
    {
        ModelTokenizer tokenizer = TokenizerFactory.Create(Read(normalizer, "null"), "a");
        Assert.Equal(ids, tokenizer.Encode(text, addSpecial: false));
        Assert.Equal(text.Length, tokenizer.GetIndexByTokenCount(text, int.MaxValue, out _, out int count));
        Assert.Equal(ids.Length, count);
    }

    [Fact]
    public void Bytes_are_used_only_where_the_model_falls_back_to_them()
    {
        Assert.Equal([2], TokenizerFactory.Create(Read("null", "null"), "a").Encode("\n", addSpecial: false));
        TokenizerVocabulary withBytes = Read("null", "null", "\"byte_fallback\": true");
        Assert.Equal([6], TokenizerFactory.Create(withBytes, "a").Encode("\n", addSpecial: false));
    }

    [Fact]
    public void Ids_may_leave_gaps()
    {
        TokenizerVocabulary vocabulary = Read("null", "null", added: """{"id": 9, "content": "<x>", "special": false}""");
        Assert.Equal(["", "", "<x>"], vocabulary.Pieces[7..]);
        ModelTokenizer tokenizer = TokenizerFactory.Create(vocabulary, "a");
        Assert.Equal([0, 9], tokenizer.Encode("a<x>", addSpecial: false));
        Assert.Equal("a", tokenizer.Decode([0, 7]));
        Assert.Throws<ModelFormatException>(() => Read("null", "null", added: """{"id": 99999, "content": "<x>"}"""));
    }

    // 0 "a", 1 "e", 2 the unknown token, 3 "▁", 4 "é", 5 the acute accent, 6 a byte.
    private static TokenizerVocabulary Read(
        string normalizer, string preTokenizer, string model = "\"byte_fallback\": false", string added = "") =>
        TokenizerFile.Read(
            Encoding.UTF8.GetBytes($$"""
                {
                    "normalizer": {{normalizer}}, "pre_tokenizer": {{preTokenizer}}, "added_tokens": [{{added}}],
                    "model": {
                        "type": "BPE", "unk_token": "<unk>", {{model}}, "merges": [],
                        "vocab": {"a": 0, "e": 1, "<unk>": 2, "▁": 3, "é": 4, "\u0301": 5, "<0x0A>": 6}
                    }
                }
                """),
            "tokenizer.json");
}

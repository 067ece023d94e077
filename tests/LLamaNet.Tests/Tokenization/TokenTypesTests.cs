using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// What user text becomes, whatever types a file gives.
public class TokenTypesTests
{
    private static readonly string[] s_letters = ["a", "b", "ab", "<", ">", "/", "s", "</", "</s", "</s>", ","];

    public static TheoryData<string> EndTexts =>
        [
            "</s>", "<|end_of_text|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<EOT>",
            "<end_of_turn>",
        ];

    [Theory]
    [MemberData(nameof(EndTexts))]
    public void A_text_that_ends_a_turn_is_a_control_token_whatever_its_type(string text)
    {
        foreach (TokenType type in (TokenType[])[TokenType.Normal, TokenType.Control, TokenType.UserDefined, TokenType.Unused])
        {
            foreach (TokenizerVocabulary vocabulary in (TokenizerVocabulary[])[Bytes(text, type), Pieces(text, type)])
            {
                ModelTokenizer tokenizer = TokenizerFactory.Create(vocabulary, "a");
                int id = Array.IndexOf(vocabulary.Pieces, text);
                Assert.DoesNotContain(id, tokenizer.Encode($"a{text}b", addSpecial: false));
                Assert.Contains(id, tokenizer.Encode($"a{text}b", addSpecial: false, parseSpecial: true));
                Assert.True(tokenizer.IsControl(id));
                Assert.Contains(id, tokenizer.EndIds);
            }
        }
    }

    [Fact]
    public void An_added_token_that_ends_a_turn_is_special_though_the_file_says_otherwise()
    {
        TokenizerVocabulary vocabulary = Bytes("<|im_end|>", TokenType.UserDefined);
        int id = vocabulary.Pieces.Length - 1;
        vocabulary = vocabulary with { AddedTokens = [new(id, "<|im_end|>", Special: false)] };
        Assert.DoesNotContain(id, TokenizerFactory.Create(vocabulary, "a").Encode("<|im_end|>", addSpecial: false));
    }

    [Fact]
    public void An_ordinary_token_that_is_BOS_or_EOS_cuts_text_as_before()
    {
        TokenizerVocabulary[] vocabularies = [Bytes("ba", TokenType.Normal), Pieces("ba", TokenType.Normal)];
        foreach (TokenizerVocabulary plain in vocabularies)
        {
            int comma = Array.IndexOf(plain.Pieces, ","), ab = Array.IndexOf(plain.Pieces, "ab");
            ModelTokenizer named = TokenizerFactory.Create(plain with { BosId = comma, EosId = ab }, "a");
            Assert.Equal(
                TokenizerFactory.Create(plain, "a").Encode("ab,ab", addSpecial: false), named.Encode("ab,ab", addSpecial: false));
            Assert.Contains(ab, named.EndIds);
            Assert.Equal("ab,", named.Decode([ab, comma]));
        }
    }

    [Fact]
    public void Byte_tokens_are_known_by_their_text()
    {
        TokenizerVocabulary vocabulary = Pieces("<0x0A>", TokenType.Normal);
        int id = vocabulary.Pieces.Length - 1;
        ModelTokenizer tokenizer = TokenizerFactory.Create(vocabulary, "a");
        Assert.Equal([0, id, 0], tokenizer.Encode("a\na", addSpecial: false));
        Assert.Equal("a\n", tokenizer.Decode([0, id]));
        ModelTokenizer without = TokenizerFactory.Create(vocabulary with { FallsBackToBytes = false }, "a");
        Assert.DoesNotContain(id, without.Encode("a\na", addSpecial: false));
    }

    [Theory]
    [InlineData(true, new[] { 7 })]
    [InlineData(false, new[] { 3, 11, 5 })]
    public void A_byte_without_a_token_vanishes_before_merging_unless_an_unknown_token_stands_for_it(bool control, int[] ids)
    {
        TokenizerVocabulary vocabulary =
            Bytes("<unk>", control ? TokenType.Control : TokenType.Unknown) with { UnknownId = 11 };
        Assert.Equal(ids, TokenizerFactory.Create(vocabulary, "a").Encode("<\u0004/", addSpecial: false));
        Assert.Equal([], TokenizerFactory.Create(vocabulary with { UnknownId = null }, "a").Encode("\u0004", addSpecial: false));
    }

    [Fact]
    public void An_unknown_token_that_ends_texts_is_never_written_for_text()
    {
        TokenizerVocabulary vocabulary = Bytes("<none>", TokenType.Unknown) with { UnknownId = 11, EosId = 11 };
        Assert.Equal([7], TokenizerFactory.Create(vocabulary, "a").Encode("<\u0004/", addSpecial: false));
    }

    // A way to the control token may be listed as merges.
    private static TokenizerVocabulary Bytes(string last, TokenType type) => new()
    {
        Kind = TokenizerModelKind.ByteLevelBpe,
        Pieces = last == "</s>" ? s_letters : [.. s_letters, last],
        Types = Types(last, type),
        Merges = [("a", "b"), ("<", "/"), ("</", "s"), ("</s", ">")],
    };

    private static TokenizerVocabulary Pieces(string last, TokenType type) => Bytes(last, type) with
    {
        Kind = TokenizerModelKind.SentencePieceBpe,
        Merges = null,
        Scores = new float[last == "</s>" ? s_letters.Length : s_letters.Length + 1],
        SpacePrefix = SpacePrefix.Never,
    };

    private static TokenType[] Types(string last, TokenType type)
    {
        var types = new TokenType[last == "</s>" ? s_letters.Length : s_letters.Length + 1];
        Array.Fill(types, TokenType.Normal);
        types[last == "</s>" ? 9 : ^1] = type;
        return types;
    }
}

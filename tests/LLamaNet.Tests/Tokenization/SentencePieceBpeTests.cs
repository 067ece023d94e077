using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

public class SentencePieceBpeTests
{
    private static readonly (string Piece, float Score, TokenType Type)[] s_pieces =
    [
        ("<unk>", 0, TokenType.Unknown),
        ("▁", -5, TokenType.Normal),
        ("a", -6, TokenType.Normal),
        ("b", -7, TokenType.Normal),
        ("▁a", -1, TokenType.Normal),
        ("foo", 0, TokenType.UserDefined),
        ("▁b", 0, TokenType.UserDefined),
        ("ab", -2, TokenType.Normal),
        ("foob", 0, TokenType.UserDefined),
    ];

    // The space stands before the whole text; pieces join with nothing, the longest wins.
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "4")]
    [InlineData("foo", "1 5")]
    [InlineData("fooa", "1 5 2")]
    [InlineData("foo a", "1 5 4")]
    [InlineData("afoob", "4 8")]
    [InlineData("foofoo", "1 5 5")]
    [InlineData("b", "6")]
    [InlineData(" b", "1 6")]
    [InlineData("▁b", "1 6")]
    [InlineData("a bfooab", "4 6 5 7")]
    [InlineData("aé foo", "4 0 1 5")]
    public void User_defined_pieces_stand_inside_the_text(string text, string ids) =>
        Assert.Equal(ids, string.Join(' ', Tokenizer(inText: true).Encode(text, addSpecial: false)));

    [Theory]
    [InlineData("foo", "5")]
    [InlineData("fooa", "5 4")]
    [InlineData("afoob", "4 8")]
    [InlineData("a b", "4 6")]
    public void In_GGUF_they_cut_it(string text, string ids) =>
        Assert.Equal(ids, string.Join(' ', Tokenizer(inText: false).Encode(text, addSpecial: false)));

    private static ModelTokenizer Tokenizer(bool inText) => TokenizerFactory.Create(
        new TokenizerVocabulary
        {
            Kind = TokenizerModelKind.SentencePieceBpe,
            Pieces = [.. s_pieces.Select(piece => piece.Piece)],
            Scores = [.. s_pieces.Select(piece => piece.Score)],
            Types = [.. s_pieces.Select(piece => piece.Type)],
            UnknownId = 0,
            UserDefinedInText = inText,
            SpacePrefix = SpacePrefix.EveryStretch,
        },
        "a");
}

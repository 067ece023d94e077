using System.Text.RegularExpressions;
using LLamaNet.Tokenization.Merging;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// Words against the regular expressions that define them, on text that both read as the same characters.
public class WordScannerTests
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";
    private const string Symbols = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Alphabet = "  \n\r\tabSTreVEdLl'''.,!123٣²éжあ中";

    [Theory]
    [InlineData(nameof(PreTokenizerKind.Llama3), Contractions + @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Symbols)]
    [InlineData(nameof(PreTokenizerKind.Qwen2), Contractions + @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Symbols)]
    [InlineData(nameof(PreTokenizerKind.Gpt2), @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    public void Words_are_those_of_the_regular_expression(string kind, string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        var random = new Random(5);
        for (int round = 0; round < 3000; round++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var words = new List<string>();
            for (int start = 0; start < text.Length;)
            {
                int end = WordScanner.EndOfWord(Enum.Parse<PreTokenizerKind>(kind), text, start);
                words.Add(text[start..end]);
                start = end;
            }

            Assert.Equal(regex.Matches(text).Select(match => match.Value), words);
        }
    }
}

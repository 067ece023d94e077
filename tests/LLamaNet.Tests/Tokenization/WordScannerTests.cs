using System.Text.RegularExpressions;
using LLamaNet.Tokenization.Words;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

// Words against the regular expressions that define them, on text that both read as the same characters.
public class WordScannerTests
{
    private const string Alphabet = "  \n\r\t\u00a0abSTreVEdLlK'''.,!$/_|`123٣²éÉʰǅ\u0301あ中。가";

    public static TheoryData<string> Names => [.. NamedPreTokenizer.All.Select(named => named.Names[0])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Words_are_those_of_the_regular_expressions(string name)
    {
        PreTokenizer rule = NamedPreTokenizer.Find(name)!.Rule;
        Regex[] expressions =
            [.. rule.Patterns.Select(pattern => new Regex(ForDotNet(pattern.Text), RegexOptions.CultureInvariant))];
        var random = new Random(5);
        for (int round = 0; round < 3000; round++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            Assert.Equal(expressions.Aggregate<Regex, IEnumerable<string>>([text], Cut), Words(rule, text));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_long_run_of_any_character_is_cut_in_linear_time(string name)
    {
        PreTokenizer rule = NamedPreTokenizer.Find(name)!.Rule;
        foreach (string unit in (string[])[" ", "\t", "a", "A", "1", "é", "ʰ", "\u0301", ".", "中", "ʰA", "'", "\n"])
        {
            string text = "x" + string.Concat(Enumerable.Repeat(unit, 200_000)) + "y";
            Assert.Equal(text, string.Concat(Words(rule, text)));
        }
    }

    [Theory]
    [InlineData("llama-bpe", "𝒜𝒷𝒸 𐐀𐐨 𝟙𝟚𝟛𝟜", "𝒜𝒷𝒸| 𐐀𐐨| |𝟙𝟚𝟛|𝟜")]
    [InlineData("smollm", "x 𝟙𝟚 y", "x| |𝟙|𝟚| y")]
    [InlineData("tekken", "𐐨𐐨𐐀𐐨", "𐐨𐐨|𐐀𐐨")]
    [InlineData("kimi-k2", "ab漢字cd々", "ab|漢字|cd|々")]
    public void Characters_above_the_basic_plane_have_their_own_category(string name, string text, string words) =>
        Assert.Equal(words.Split('|'), Words(NamedPreTokenizer.Find(name)!.Rule, text));

    [Theory]
    [InlineData("smollm", " 12 345   6", " |1|2| |3|4|5|   |6")]
    [InlineData("deepseek-v3", "12345 don't", "123|45| don|'t")]
    [InlineData("superbpe", "a 1234567 b", "a |1|234|567| b")]
    [InlineData("tiny_aya", "1234567 12x", "1|234|567| |12|x")]
    [InlineData("falcon", "a 12345 (b)", "a| |123|45| |(|b|)")]
    [InlineData("default", "a 12345, b", "a| |123|45|,| b")]
    public void Words_of_examples(string name, string text, string words) =>
        Assert.Equal(words.Split('|'), Words(NamedPreTokenizer.Find(name)!.Rule, text));

    [Theory]
    [InlineData(@"\s*x")]
    [InlineData(@"\s*[\r\n]+")]
    [InlineData(@"(a+)+b")]
    [InlineData(@"\p{Greek}+")]
    [InlineData("a|")]
    [InlineData("[a")]
    [InlineData("[z-a]")]
    [InlineData("")]
    [InlineData("a{3,2}")]
    [InlineData("(?=a)b")]
    [InlineData(@"\")]
    public void Other_expressions_and_those_that_may_be_slow_are_not_taken(string pattern) =>
        Assert.Null(WordPattern.TryParse(pattern));

    private static List<string> Words(PreTokenizer rule, string text)
    {
        var words = new List<string>();
        var scanner = new WordScanner(rule, text, new int[WordScanner.MemoryOf(rule)]);
        while (scanner.TryNext(out int start, out int end)) words.Add(text[start..end]);
        return words;
    }

    private static IEnumerable<string> Cut(IEnumerable<string> stretches, Regex expression)
    {
        foreach (string stretch in stretches)
        {
            int at = 0;
            foreach (Match match in expression.Matches(stretch))
            {
                if (match.Index > at) yield return stretch[at..match.Index];
                at = match.Index;
                if (match.Length == 0) continue;
                yield return match.Value;
                at += match.Length;
            }

            if (at < stretch.Length) yield return stretch[at..];
        }
    }

    // What .NET writes in another way: atomic quantifiers, the intersection of classes, Han, and $, which would match before a
    // last line feed.
    private static string ForDotNet(string pattern) => pattern
        .Replace(@"[^\r\n\p{L}\p{N}]?+\p{L}+", @"(?>[^\r\n\p{L}\p{N}]?)\p{L}+")
        .Replace(@"[^\s\p{L}\p{N}]++", @"(?>[^\s\p{L}\p{N}]+)")
        .Replace(@"&&[^\p{Han}]]", "-[一-鿿]]")
        .Replace(@"[\p{Han}]", "[一-鿿]")
        .Replace(@"\s+$", @"\s+\z")
        .Replace("𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃", "");
}

using System.Buffers.Binary;
using System.Text;
using LLamaNet.Tokenization.Normalization;
using LLamaNet.Tokenization.Words;
using Xunit;

namespace LLamaNet.Tests.Tokenization;

public class TextNormalizerTests
{
    [Theory]
    [InlineData("NFC", "e\u0301", "é")]
    [InlineData("NFC", "\u1100\u1161\u11A8", "각")]
    [InlineData("NFC", "a\u0323\u0307", "ạ\u0307")]
    [InlineData("NFC", "a\u0307\u0323", "ạ\u0307")]
    [InlineData("NFC", "\u212B", "Å")]
    [InlineData("NFC", "\u0958", "\u0915\u093C")]
    [InlineData("NFC", "ﬁ²", "ﬁ²")]
    [InlineData("NFD", "é각", "e\u0301\u1100\u1161\u11A8")]
    [InlineData("NFD", "ǖ", "u\u0308\u0304")]
    [InlineData("NFKC", "ﬁ²Ａ　½e\u0301", "fi2A 1⁄2é")]
    [InlineData("NFKD", "ﬁé", "fie\u0301")]
    [InlineData("NFC", "\u0301a", "\u0301a")]
    [InlineData("NFC", "𝅗\u1D165", "𝅗\u1D165")]
    [InlineData("NFKC", "plain", "plain")]
    public void Unicode_forms_are_those_of_the_standard(string form, string text, string expected) =>
        Assert.Equal(expected, NormalizerStep.Unicode(form).Apply(text));

    [Fact]
    public void Marks_without_end_are_put_in_order_in_linear_time()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0307\u0323", 100_000));
        string normalized = NormalizerStep.Unicode("NFD").Apply("a" + marks);
        Assert.Equal("a" + new string('\u0323', 100_000) + new string('\u0307', 100_000), normalized);
    }

    [Fact]
    public void Other_steps_do_what_Hugging_Face_does()
    {
        Assert.Equal("àßi\u0307ǆσ", NormalizerStep.Lowercase.Apply("ÀßİǄΣ"));
        Assert.Equal("e", NormalizerStep.StripAccents.Apply("e\u0301\u20DD"));
        Assert.Equal("a b", NormalizerStep.Nmt.Apply("a\u0001\tb\u007F"));
        Assert.Equal("a b", NormalizerStep.RemoveExtraSpaces.Apply("  a   b "));
        Assert.Equal("a ", NormalizerStep.Strip(left: true, right: false).Apply(" \n\ta "));
        Assert.Equal("_a", NormalizerStep.Prepend("_").Apply("a"));
        Assert.Equal("", NormalizerStep.Prepend("_").Apply(""));
        Assert.Equal("b\"b\"", NormalizerStep.Replace("``", "\"").Apply("b``b``"));
        Assert.Equal("a_b_", NormalizerStep.Replace(WordPattern.Parse(" {2,}".Replace("{2,}", "+")), "_").Apply("a   b "));
    }

    // The trie holds "a" -> "XY".
    [Fact]
    public void A_map_of_characters_replaces_the_longest_text()
    {
        const int Root = 0, Node = 'a', Leaf = 'a' ^ 0x80;
        var units = new uint[256];
        units[Root] = 0;
        // The offset to the leaf, that a leaf follows, and the label.
        units[Node] = ((uint)(Node ^ Leaf) << 10) | (1u << 8) | 'a';
        units[Leaf] = 0x8000_0000;
        var bytes = new byte[4 + 4 * units.Length + 3];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 4 * units.Length);
        for (int i = 0; i < units.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + 4 * i), units[i]);
        Encoding.ASCII.GetBytes("XY\0").CopyTo(bytes, bytes.Length - 3);
        Assert.Equal("bXYéXY", new CharacterMap(bytes).Step.Apply("baéa"));
        Assert.Throws<FormatException>(() => new CharacterMap(bytes.AsSpan(0, 100)));
        Assert.Throws<FormatException>(() => new CharacterMap([1]));
    }
}

using System.Text.Json;
using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

public class JsonStringTests
{
    [Theory]
    [InlineData("""  "plain ü" """, "plain ü")]
    [InlineData("""  "\ud83d\ude00" """, "😀")]
    [InlineData("""  "tab\t\u0041" """, "tab\tA")]
    public void Strings_are_read(string json, string expected) => Assert.Equal(expected, Read(json));

    [Fact]
    public void Half_a_surrogate_pair_is_read_as_it_is() =>
        Assert.Equal("a\ud83db\n\"\\/A", Read("""  "a\ud83db\n\"\\\/\u0041" """));

    private static string Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return JsonString.Read(document.RootElement);
    }
}

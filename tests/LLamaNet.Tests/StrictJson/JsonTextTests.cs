using System.Text;
using LLamaNet.StrictJson;
using Xunit;

namespace LLamaNet.Tests.StrictJson;

public class JsonTextTests
{
    [Theory]
    [InlineData("{\"a\": x}", "line 1, byte 7", "'x' is an invalid start of a value.")]
    [InlineData("{\n\"a\" 1}", "line 2, byte 5", "'1' is invalid after a property name. Expected a ':'.")]
    [InlineData("{\"a\": 1, \"a\": 2}", "JSON", "the key \"a\" twice")]
    public void Messages_tell_the_place_once(string json, string place, string found)
    {
        var exception = Assert.Throws<ModelFormatException>(() => JsonText.Parse("a", Encoding.UTF8.GetBytes(json)));
        Assert.Equal(("a", place, "JSON", found), (exception.Path, exception.Place, exception.Expected, exception.Found));
    }

    [Theory]
    [InlineData("""{"a": {"b\ud800": 1}}""", "byte 7")]
    [InlineData("""["\udc00\ud800"]""", "byte 1")]
    public void Half_of_a_character_is_refused_in_keys_and_values(string json, string place)
    {
        var exception = Assert.Throws<ModelFormatException>(() => JsonText.Parse("a", Encoding.UTF8.GetBytes(json)));
        Assert.Equal(("a", place, "half of a surrogate pair"), (exception.Path, exception.Place, exception.Found));
    }
}

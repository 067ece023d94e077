using System.Text;
using LLamaNet.Checkpoints;
using Xunit;

namespace LLamaNet.Tests.Checkpoints;

public class JsonTextTests
{
    [Theory]
    [InlineData("{\"a\": x}", "line 1, byte 7", "'x' is an invalid start of a value.")]
    [InlineData("{\n\"a\" 1}", "line 2, byte 5", "'1' is invalid after a property name. Expected a ':'.")]
    [InlineData("{\"a\": 1, \"a\": 2}", "JSON", "Duplicate property 'a' encountered during deserialization.")]
    public void Messages_tell_the_place_once(string json, string place, string found)
    {
        var exception = Assert.Throws<ModelFormatException>(() => JsonText.Parse("a", Encoding.UTF8.GetBytes(json)));
        Assert.Equal(("a", place, "JSON", found), (exception.Path, exception.Place, exception.Expected, exception.Found));
    }
}

using Xunit;

namespace LLamaNet.Tests;

public class PublicApiTests
{
    private const string Listing = "docs/public-api.txt";
    private const string Update = "LLAMANET_UPDATE_API";

    // A change of the public API is seen in a review, and is never made by accident.
    [Fact]
    public void The_public_API_is_the_one_that_is_listed()
    {
        string path = Repository.Path(Listing);
        string[] actual = [.. PublicApi.Describe(typeof(LlamaModel).Assembly)];
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllLines(path, actual);
        string[] listed = File.ReadAllLines(path);
        string[] changes =
        [
            .. actual.Except(listed).Select(line => $"not listed: {line.Trim()}"),
            .. listed.Except(actual).Select(line => $"gone: {line.Trim()}"),
        ];
        Assert.True(changes.Length == 0, $"run this test with {Update}=1 to renew {Listing}:\n{string.Join('\n', changes)}");
        Assert.Equal(actual, listed);
    }
}

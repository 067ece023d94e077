using Xunit;

namespace LLamaNet.Tests;

public class SharedDataTests
{
    [Fact]
    public void Goldens_are_found_or_the_test_skips() => Assert.True(File.Exists(SharedData.Path("golden/agreement.json")));
}

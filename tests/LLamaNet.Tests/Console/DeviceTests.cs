using System.Text.Json;
using LLamaNet.Backends.Cuda.Driver;
using Xunit;

namespace LLamaNet.Tests.Console;

// The program on a machine without an NVIDIA driver, which is any machine whose driver is looked for in the wrong place.
public class DeviceTests
{
    private const string Missing = "/no/such/libcuda.so";
    private const string Refusal = $"no NVIDIA driver: {Missing}, which LLAMANET_CUDA_DRIVER names, could not be loaded";

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:1")]
    public async Task A_gpu_that_is_asked_for_fails_with_one_line_that_names_what_is_missing(string device)
    {
        ConsoleRun run = await WithoutDriverAsync("generate", "--prompt", "a", "--max-tokens", "2", "--device", device);
        Assert.Equal($"llamanet: {Refusal}", run.FailedWith(1));
    }

    [Theory]
    [InlineData]
    [InlineData("--device", "auto")]
    public async Task Without_one_the_cpu_generates_and_says_why(params string[] device)
    {
        string[] arguments = ["generate", "--prompt", "a", "--max-tokens", "2", "--ids", "--stats", .. device];
        ConsoleRun run = (await WithoutDriverAsync(arguments)).Succeeded();
        Assert.Equal(2, run.Out.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches(@"device +CPU, .*\(.*" + Refusal, run.Error);
    }

    [Fact]
    public async Task Json_gives_the_reason()
    {
        ConsoleRun run = (await WithoutDriverAsync("generate", "--prompt", "a", "--max-tokens", "2", "--json")).Succeeded();
        JsonElement device = run.Json().GetProperty("device");
        Assert.Equal("cpu", device.GetProperty("kind").GetString());
        Assert.Contains(Refusal, device.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_says_why_there_is_no_gpu()
    {
        ConsoleRun run = (await WithoutDriverAsync("devices")).Succeeded();
        string[] lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Matches("^cpu .*(AVX|SSE|NEON|128-bit)", lines[0]);
        Assert.Equal($"cuda:0  NVIDIA GPU: refused: {Refusal}", lines[1]);

        JsonElement gpu = (await WithoutDriverAsync("devices", "--json")).Succeeded().Json()[1];
        Assert.Equal(Refusal, gpu.GetProperty("refusal").GetString());
        Assert.False(gpu.GetProperty("usable").GetBoolean());
    }

    [Fact]
    public async Task A_library_that_is_no_driver_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no library of this name.");
        ConsoleRun run = (await WithDriverAsync("libc.so.6", "devices")).Succeeded();
        Assert.Contains("refused: the NVIDIA driver has no function cuDriverGetVersion", run.Out, StringComparison.Ordinal);
    }

    private static Task<ConsoleRun> WithoutDriverAsync(params string[] arguments) => WithDriverAsync(Missing, arguments);

    private static Task<ConsoleRun> WithDriverAsync(string library, params string[] arguments) =>
        ConsoleRun.OfProcessAsync(DriverLibrary.Variable, library, arguments);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Xunit;

namespace LLamaNet.Tests;

// What programs store or send of the public types. The context is generated, as in programs compiled ahead of time.
public partial class PublicJsonTests
{
    private static readonly GenerationResult s_result = new(
        "a b", [new(7, -0.5f, [new(7, -0.5f), new(3, -1.25f)])], PromptTokens: 2, FinishReason.StopSequence, "c",
        Seed: ulong.MaxValue,
        new GenerationTimings(TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.Zero));

    public static TheoryData<Type> Enums() =>
        [.. typeof(LlamaModel).Assembly.GetExportedTypes().Where(type => type.IsEnum)];

    [Theory]
    [MemberData(nameof(Enums))]
    public void Every_public_enum_is_written_as_its_name(Type type)
    {
        foreach (object value in Enum.GetValues(type))
        {
            string json = JsonSerializer.Serialize(value, type);
            Assert.Equal($"\"{value}\"", json);
            Assert.Equal(value, JsonSerializer.Deserialize(json, type));
        }
    }

    [Fact]
    public void A_result_names_its_reason_and_its_likeliest_tokens()
    {
        string json = JsonSerializer.Serialize(s_result, PublicJson.Default.GenerationResult);
        Assert.Equal(
            """
            {"Text":"a b","Tokens":[{"Id":7,"LogProbability":-0.5,"Top":[{"Id":7,"LogProbability":-0.5},
            {"Id":3,"LogProbability":-1.25}]}],
            "PromptTokens":2,"FinishReason":"StopSequence","StopSequence":"c","Seed":18446744073709551615,
            "Timings":{"Queued":"00:00:01","Prefill":"00:00:00","Decode":"00:00:00"}}
            """.ReplaceLineEndings(""), json);
        GenerationResult copy = JsonSerializer.Deserialize(json, PublicJson.Default.GenerationResult)!;
        Assert.Equal(s_result.Tokens[0].Top, copy.Tokens[0].Top);
        Assert.Equal((s_result.Text, s_result.FinishReason, s_result.Seed), (copy.Text, copy.FinishReason, copy.Seed));
    }

    [Fact]
    public void Options_come_back_as_they_were()
    {
        var options = new GenerationOptions
        {
            MaxOutputTokens = 3,
            TopP = 0.5f,
            StopSequences = ["x"],
            LogitBias = new Dictionary<int, float> { [5] = -1 },
        };
        string json = JsonSerializer.Serialize(options, PublicJson.Default.GenerationOptions);
        Assert.Equal(json, JsonSerializer.Serialize(
            JsonSerializer.Deserialize(json, PublicJson.Default.GenerationOptions)!, PublicJson.Default.GenerationOptions));
        Assert.Contains("\"MaxOutputTokens\":3", json, StringComparison.Ordinal);
        Assert.Contains("\"StopSequences\":[\"x\"]", json, StringComparison.Ordinal);
        Assert.Contains("\"LogitBias\":{\"5\":-1}", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_options_name_their_types_and_their_device()
    {
        var options = new ModelOptions { WeightType = DType.Q4_K, Device = Device.Cuda(1) };
        string json = JsonSerializer.Serialize(options, PublicJson.Default.ModelOptions);
        Assert.Contains("\"WeightType\":\"Q4_K\"", json, StringComparison.Ordinal);
        Assert.Contains("\"Device\":{\"Kind\":\"Cuda\",\"Ordinal\":1}", json, StringComparison.Ordinal);
        Assert.Equal(options, JsonSerializer.Deserialize(json, PublicJson.Default.ModelOptions));
    }

    [JsonSerializable(typeof(GenerationOptions))]
    [JsonSerializable(typeof(GenerationResult))]
    [JsonSerializable(typeof(ModelOptions))]
    private sealed partial class PublicJson : JsonSerializerContext;
}

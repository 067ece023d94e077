using System.Text.Json;
using LLamaNet.Architectures;
using LLamaNet.Architectures.Mixes;
using Xunit;

namespace LLamaNet.Tests.Architectures;

// What each tensor of a mix becomes. Lists of layers are those of the reference: "Q6_K*4 Q4_K*2" is layers 0-3, then 4-5.
public class MixTests
{
    [Fact]
    public void Every_tensor_has_the_format_that_llama_quantize_gives_it()
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(SharedData.Path("mixes/expected.json")));
        int rows = 0;
        foreach (JsonProperty model in expected.RootElement.GetProperty("shapes").EnumerateObject())
        {
            LlamaConfig config = Config(model.Value.GetProperty("shape"));
            foreach (JsonProperty mix in model.Value.GetProperty("types").EnumerateObject())
            {
                if (mix.Name.EndsWith("+imatrix", StringComparison.Ordinal)) continue;
                foreach (JsonProperty tensor in mix.Value.EnumerateObject())
                {
                    Assert.Equal(
                        $"{model.Name} {mix.Name} {tensor.Name}: {tensor.Value.GetString()}",
                        $"{model.Name} {mix.Name} {tensor.Name}: {Formats(config, mix.Name, tensor.Name)}");
                    rows++;
                }
            }
        }

        Assert.True(rows > 900, $"{rows} rows");
    }

    [Theory]
    [InlineData("Q4_K_M", "attn_v", "Q5_K*2 Q6_K*1 Q5_K*2 Q6_K*1", 80, 64, 8, 10, 16)]
    [InlineData("Q4_K_M", "ffn_down", "Q4_K*2 Q6_K*1 Q4_K*2 Q6_K*1", 80, 64, 8, 10, 16)]
    [InlineData("Q3_K_S", "attn_v", "Q5_K*80", 80, 64, 8, 0, 80)]
    [InlineData("Q3_K_S", "attn_v", "Q3_K*80", 80, 64, 64, 0, 80)]
    [InlineData("Q2_K", "attn_v", "Q5_K*80", 80, 64, 8, 0, 80)]
    [InlineData("Q2_K_S", "attn_v", "Q4_K*8", 8, 32, 8, 0, 8)]
    [InlineData("Q2_K_S", "attn_v", "Q2_K*8", 8, 32, 16, 0, 8)]
    [InlineData("Q2_K_S", "ffn_down", "Q4_K*1 Q2_K*7", 8, 32, 8, 0, 8)]
    [InlineData("IQ4_XS", "attn_v", "Q5_K*8", 8, 32, 8, 0, 8)]
    [InlineData("IQ4_NL", "ffn_down", "Q5_K*1 IQ4_NL*7", 8, 32, 8, 0, 8)]
    [InlineData("Q4_K_S", "attn_v", "Q5_K*3", 3, 32, 8, 0, 3)]
    [InlineData("Q5_K_M", "ffn_down", "Q5_K*2 Q6_K*1", 3, 32, 8, 0, 3)]
    [InlineData("Q4_0", "attn_v", "Q4_0*80", 80, 64, 8, 0, 80)]
    public void Layers_and_shared_keys_decide(
        string mix, string tensor, string expected, int layers, int heads, int kvHeads, int first, int end) =>
        Assert.Equal(expected, Formats(Config(4096, layers, heads, kvHeads), mix, tensor, first, end));

    [Theory]
    [InlineData("q4_k", "Q4_K_M", 15u)]
    [InlineData("Q3_K", "Q3_K_M", 12u)]
    [InlineData("q5_K", "Q5_K_M", 17u)]
    [InlineData("q3_k_l", "Q3_K_L", 13u)]
    [InlineData("Q2_k_S", "Q2_K_S", 21u)]
    [InlineData("bf16", "BF16", 32u)]
    [InlineData("iq4_nl", "IQ4_NL", 25u)]
    public void Names_are_found_in_any_case(string text, string name, uint fileType)
    {
        QuantizationMix mix = QuantizationMix.TryFind(text)!;
        Assert.Equal((name, fileType), (mix.Name, mix.FileType));
        Assert.Null(QuantizationMix.TryFind(text + "_"));
    }

    [Fact]
    public void Fused_queries_keys_and_values_take_the_format_of_the_values()
    {
        LlamaConfig config = Config(4096, 8, 32, 32);
        StoredTensor[] fused =
            [.. TensorNames.Gguf.Stored(config, Architecture.OfGguf("phi3")!).Where(tensor => tensor.Parts.Count == 3)];
        Assert.Equal(8, fused.Length);
        QuantizationMix mix = QuantizationMix.TryFind("q3_k_m")!;
        Assert.Equal("Q5_K*2 Q4_K*6", Runs(fused.Select(tensor => FormatChoice.For(mix, tensor, config))));
    }

    private static string Formats(LlamaConfig config, string mix, string name, int first = 0, int end = int.MaxValue)
    {
        bool ofLayers = name is not ("token_embd" or "output");
        DType[] types =
        [
            .. TensorNames.Gguf.Stored(config, Architecture.OfGguf("llama")!)
                .Where(tensor => ofLayers
                    ? tensor.Name.EndsWith($".{name}.weight", StringComparison.Ordinal)
                    : tensor.Name == $"{name}.weight")
                .Select(tensor => FormatChoice.For(QuantizationMix.TryFind(mix)!, tensor, config)),
        ];
        return ofLayers ? Runs(types.Skip(first).Take(end - first)) : $"{Assert.Single(types)}";
    }

    private static string Runs(IEnumerable<DType> types)
    {
        var runs = new List<(DType Type, int Count)>();
        foreach (DType type in types)
        {
            if (runs.Count > 0 && runs[^1].Type == type) runs[^1] = (type, runs[^1].Count + 1);
            else runs.Add((type, 1));
        }

        return string.Join(' ', runs.Select(run => $"{run.Type}*{run.Count}"));
    }

    private static LlamaConfig Config(JsonElement shape) =>
        Config(Of(shape, "width"), Of(shape, "layers"), Of(shape, "heads"), Of(shape, "kvHeads")) with
        {
            FfnWidth = Of(shape, "ffn"),
            TiedEmbeddings = shape.GetProperty("tied").GetBoolean(),
        };

    private static int Of(JsonElement shape, string name) => shape.GetProperty(name).GetInt32();

    private static LlamaConfig Config(int width, int layers, int heads, int kvHeads) => TestConfigs.Tiny with
    {
        Width = width,
        Layers = layers,
        Heads = heads,
        KvHeads = kvHeads,
        HeadDim = width / heads,
        FfnWidth = 4 * width,
    };
}

using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LLamaNet.Backends;
using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Backends.Cuda.Rows;
using LLamaNet.Backends.Cuda.Sampling;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Step;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// Numbers and structs that stand both in CUDA and in C# are the same.
public sealed partial class SharedConstantsTests
{
    private static readonly (string File, string Pattern, Type Type, string Constant)[] s_constants =
    [
        ("include/kv_cache.cuh", "#define PAGE_LENGTH", typeof(KvLayer), "PageLength"),
        ("attention_decode.cu", "#define MAX_SPLITS", typeof(AttentionDecodeKernel), "MaxSplits"),
        ("attention_decode.cu", "#define MIN_PAGES", typeof(AttentionDecodeKernel), "MinPages"),
        ("attention_general.cu", "#define QUERIES", typeof(AttentionGeneralKernel), "QueriesPerBlock"),
        ("attention_prefill.cu", "#define TOKENS", typeof(AttentionPrefillKernel), "TokensPerBlock"),
        ("attention_prefill.cu", @"Stride = D \+", typeof(AttentionPrefillKernel), "RowPadding"),
        ("include/gemm.cuh", "#define GEMM_ROW_BYTES", typeof(GemmSm90aKernel), "RowBytes"),
        ("include/gemm_sm90a.cuh", "#define SM90A_ROWS", typeof(GemmSm90aKernel), "TileRows"),
        ("include/gemm_sm90a.cuh", @"Stages = TileN == 256 \?", typeof(GemmSm90aKernel), "WideStages"),
        ("include/gemm_sm90a.cuh", @"Stages = TileN == 256 \? \d+ :", typeof(GemmSm90aKernel), "Stages"),
        ("gemm_float_sm90a.cu", @"GEMM_SM90A\(NAME\(gemm_, SYMBOL, \),", typeof(GemmSm90aKernel), "TileColumns"),
        ("gemm_float_sm90a.cu", @"GEMM_SM90A\(NAME\(gemm_, SYMBOL, _wide\),", typeof(GemmSm90aKernel), "WideTileColumns"),
        ("gemm_quantized_sm90a.cu", "Ring<", typeof(GemmSm90aKernel), "TileColumns"),
        ("sample.cu", "#define ID_BITS", typeof(SampleKernel), "IdBits"),
    ];

    private static readonly (string Module, Type Type)[] s_launchers =
    [
        ("add.sm_80", typeof(AddKernel)),
        ("add_bias.sm_80", typeof(AddBiasKernel)),
        ("advance.sm_80", typeof(AdvanceKernel)),
        ("attention_decode_even.sm_80", typeof(AttentionDecodeKernel)),
        ("attention_decode_f16_d64.sm_80", typeof(AttentionDecodeKernel)),
        ("attention_decode_window_f16_d64.sm_80", typeof(AttentionDecodeKernel)),
        ("attention_general.sm_80", typeof(AttentionGeneralKernel)),
        ("attention_prefill_f16_d64.sm_80", typeof(AttentionPrefillKernel)),
        ("convert.sm_80", typeof(ConvertKernel)),
        ("embed_f16.sm_80", typeof(EmbedKernel)),
        ("embed_q8_0.sm_80", typeof(EmbedKernel)),
        ("gather.sm_80", typeof(GatherKernel)),
        ("gemm_f16_sm90a.sm_90a", typeof(GemmSm90aKernel)),
        ("gemm_q8_0_sm90a.sm_90a", typeof(GemmSm90aKernel)),
        ("gemv_f16.sm_80", typeof(GemvKernel)),
        ("gemv_q8_0.sm_80", typeof(GemvKernel)),
        ("quantize.sm_80", typeof(QuantizeKernel)),
        ("rms_norm.sm_80", typeof(RmsNormKernel)),
        ("rms_norm_heads.sm_80", typeof(RmsNormHeadsKernel)),
        ("rope.sm_80", typeof(RopeKernel)),
        ("rope_store_kv.sm_80", typeof(RopeStoreKvKernel)),
        ("sample.sm_80", typeof(SampleKernel)),
        ("scale.sm_80", typeof(ScaleKernel)),
        ("store_kv.sm_80", typeof(StoreKvKernel)),
        ("swiglu.sm_80", typeof(SwiGluKernel)),
    ];

    private static readonly (string File, string Struct, Type Type)[] s_structs =
    [
        ("include/kv_cache.cuh", "AttentionParameters", typeof(AttentionParameters)),
        ("attention_decode.cu", "AttentionScratch", typeof(AttentionScratch.ScratchPointers)),
        ("include/sample_parameters.cuh", "SampleParameters", typeof(SampleParameters)),
        ("include/weights.cuh", "Planes", typeof(WeightPlanes)),
    ];

    public static TheoryData<string> Constants =>
        [.. s_constants.Select(entry => $"{entry.Type.Name}.{entry.Constant} {entry.File}")];

    public static TheoryData<string> Launchers => [.. s_launchers.Select(entry => entry.Module)];

    public static TheoryData<string> Structs => [.. s_structs.Select(entry => entry.Struct)];

    [Theory]
    [MemberData(nameof(Constants))]
    public void A_constant_is_the_same_in_CUDA(string name)
    {
        (string file, string pattern, Type type, string constant) =
            s_constants.Single(entry => $"{entry.Type.Name}.{entry.Constant} {entry.File}" == name);
        Match match = Regex.Match(Source(file), pattern + @"\s*(\d+)");
        Assert.True(match.Success, $"{file} has no {pattern}.");
        Assert.Equal(Constant(type, constant), Number(match.Groups[1]));
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public void A_kernel_is_launched_with_the_threads_that_it_is_compiled_for(string module)
    {
        int threads = Constant(s_launchers.Single(entry => entry.Module == module).Type, "Threads");
        Assert.All(Kernels(module), kernel => Assert.Equal(threads, kernel.MaxThreads));
    }

    [Theory]
    [InlineData("GemmLargeTile", "gemm_q8_0")]
    [InlineData("GemmSmallTile", "gemm_q8_0_few_rows")]
    public void A_tile_of_a_product_is_the_same_in_CUDA(string name, string kernel)
    {
        GemmKernel.Tile tile = name == "GemmLargeTile" ? GemmKernel.LargeTile : GemmKernel.SmallTile;
        Match match = Regex.Match(Source("include/gemm.cuh"), $@"GemmTile<(\d+), (\d+), (\d+), \d+, \d+> {name};");
        Assert.Equal(tile, new GemmKernel.Tile(Number(match.Groups[1]), Number(match.Groups[2]), Number(match.Groups[3])));
        Assert.Equal(2 * tile.Columns, Kernels("gemm_q8_0.sm_80").Single(found => found.Name == kernel).MaxThreads);
    }

    [Fact]
    public void Epilogues_have_the_numbers_of_CUDA()
    {
        string names = Regex.Match(Source("include/epilogue.cuh"), @"enum Epilogue \{(.*?)\}").Groups[1].Value;
        Assert.Equal(
            names.Split(',', StringSplitOptions.TrimEntries),
            Enum.GetValues<Epilogue>().Order().Select(epilogue => epilogue.ToString().ToUpperInvariant()));
        Assert.Equal([0, 1, 2], Enum.GetValues<Epilogue>().Order().Select(epilogue => (int)epilogue));
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void A_struct_has_the_fields_of_CUDA(string name)
    {
        (string file, _, Type type) = s_structs.Single(entry => entry.Struct == name);
        (string Name, int Offset)[] fields = [.. Fields(file, name, out int bytes)];
        Assert.Equal(fields, type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => (Name: field.Name.Split('<', '>')[1].ToUpperInvariant(),
                Offset: (int)Marshal.OffsetOf(type, field.Name))));
        Assert.Equal(bytes, Marshal.SizeOf(type));
    }

    [Fact]
    public void A_batch_lays_out_structs_as_CUDA_does()
    {
        Fields("include/sample_parameters.cuh", "SampleParameters", out int parameters);
        Fields("include/kv_cache.cuh", "RopeTable", out int rope);
        Assert.Equal(parameters / sizeof(int), Constant(typeof(CudaBatch), "SamplingLength"));
        Assert.Equal(rope / sizeof(int), Constant(typeof(CudaBatch), "RopeLength"));
        Assert.Equal(
            (int)Marshal.OffsetOf<SampleParameters>("<Index>k__BackingField") / sizeof(int),
            Constant(typeof(CudaBatch), "IndexAt"));
        Assert.Equal(
            Number(Regex.Match(Source("include/hopper.cuh"),
                @"struct alignas\(64\) TensorMap \{\s*u64 words\[(\d+)\];").Groups[1]) * 8,
            Marshal.SizeOf<CUtensorMap>());
    }

    // Fields in capitals without underscores, and where they begin.
    private static List<(string Name, int Offset)> Fields(string file, string name, out int bytes)
    {
        string body = Regex.Match(Source(file), $@"struct {name} \{{(.*?)\n\}};", RegexOptions.Singleline).Groups[1].Value;
        var fields = new List<(string, int)>();
        int end = 0, alignment = 1;
        foreach (Match match in FieldPattern().Matches(body))
        {
            int size = match.Groups["pointer"].Success || match.Groups["type"].Value is "u64" or "i64" ? 8 : 4;
            alignment = Math.Max(alignment, size);
            foreach (string field in match.Groups["names"].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                int start = (end + size - 1) / size * size;
                fields.Add((field.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant(), start));
                end = start + size;
            }
        }

        bytes = (end + alignment - 1) / alignment * alignment;
        return fields;
    }

    private static IEnumerable<PtxKernel> Kernels(string module) =>
        PtxModule.Parse(File.ReadAllText(Repository.Path($"kernels/ptx/{module}.ptx"))).Kernels.Values;

    private static string Source(string file) => File.ReadAllText(Repository.Path("kernels/" + file));

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    private static int Constant(Type type, string name)
    {
        FieldInfo? field = type.GetField(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);
        Assert.True(field is { IsLiteral: true }, $"{type.Name} has no constant {name}.");
        return (int)field!.GetRawConstantValue()!;
    }

    [GeneratedRegex(@"^    (?:const )?(?<type>\w+)(?<pointer>\*)? (?<names>\w+(?:, \w+)*);", RegexOptions.Multiline)]
    private static partial Regex FieldPattern();
}

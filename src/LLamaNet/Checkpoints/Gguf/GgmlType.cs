using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// A tensor type of a GGUF file: its id, and how many bytes a block of so many elements takes.
internal sealed record GgmlType(uint Id, string Name, int BlockLength, int BlockBytes)
{
    // Types that can be inspected, with the sizes of ggml's type traits. A weight format with the same id counts instead.
    private static readonly GgmlType[] s_others =
    [
        new(28, "F64", 1, 8), new(24, "I8", 1, 1), new(25, "I16", 1, 2), new(26, "I32", 1, 4), new(27, "I64", 1, 8),
        new(9, "Q8_1", 32, 36), new(41, "Q1_0", 128, 18), new(42, "Q2_0", 64, 18), new(15, "Q8_K", 256, 292),
        new(16, "IQ2_XXS", 256, 66), new(17, "IQ2_XS", 256, 74), new(22, "IQ2_S", 256, 82), new(18, "IQ3_XXS", 256, 98),
        new(21, "IQ3_S", 256, 110), new(19, "IQ1_S", 256, 50), new(29, "IQ1_M", 256, 56),
        new(34, "TQ1_0", 256, 54), new(35, "TQ2_0", 256, 66),
        new(39, "MXFP4", 32, 17), new(40, "NVFP4", 64, 36),
    ];

    private static readonly GgmlType?[] s_byId = ById([.. s_others, .. WeightFormat.All.Select(Of)]);

    // Types that ggml no longer reads; it used their layouts for a few months each.
    private static readonly Dictionary<uint, string> s_removed = new()
    {
        [4] = "Q4_2",
        [5] = "Q4_3",
        [31] = "Q4_0_4_4",
        [32] = "Q4_0_4_8",
        [33] = "Q4_0_8_8",
        [36] = "IQ4_NL_4_4",
        [37] = "IQ4_NL_4_8",
        [38] = "IQ4_NL_8_8",
    };

    public static GgmlType? TryFind(uint id) => id < s_byId.Length ? s_byId[id] : null;

    // For an id that TryFind does not know.
    public static string Describe(uint id) =>
        s_removed.TryGetValue(id, out string? name) ? $"the removed type {name} ({id})" : $"the unknown type {id}";

    private static GgmlType Of(WeightFormat format) =>
        new((uint)format.Type, format.Type.ToString(), format.BlockLength, format.BlockBytes);

    private static GgmlType?[] ById(IReadOnlyList<GgmlType> types)
    {
        var table = new GgmlType?[1 + types.Max(type => type.Id)];
        foreach (GgmlType type in types) table[type.Id] = type;
        return table;
    }
}

namespace LLamaNet.Checkpoints.HuggingFace;

// A number format of the safetensors specification: its name, its size, and ours when weights may have it.
internal sealed record SafetensorsType(string Name, int Bits, DType? Weight)
{
    private static readonly Dictionary<string, SafetensorsType> s_byName = new SafetensorsType[]
    {
        new("F32", 32, DType.F32), new("F16", 16, DType.F16), new("BF16", 16, DType.BF16),
        new("F64", 64, null), new("C64", 64, null),
        new("I64", 64, null), new("I32", 32, null), new("I16", 16, null), new("I8", 8, null),
        new("U64", 64, null), new("U32", 32, null), new("U16", 16, null), new("U8", 8, null),
        new("BOOL", 8, null),
        new("F8_E5M2", 8, null), new("F8_E4M3", 8, null), new("F8_E8M0", 8, null),
        new("F8_E5M2FNUZ", 8, null), new("F8_E4M3FNUZ", 8, null),
        new("F6_E2M3", 6, null), new("F6_E3M2", 6, null), new("F4", 4, null),
    }.ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static SafetensorsType? TryFind(string name) => s_byName.GetValueOrDefault(name);
}

namespace LLamaNet.PtxInterpreter.Parsing;

internal static class PtxTypes
{
    public static PtxType? Find(string name) => name switch
    {
        "pred" => PtxType.Pred,
        "b8" => PtxType.B8,
        "u8" => PtxType.U8,
        "s8" => PtxType.S8,
        "b16" => PtxType.B16,
        "u16" => PtxType.U16,
        "s16" => PtxType.S16,
        "f16" => PtxType.F16,
        "bf16" => PtxType.BF16,
        "b32" => PtxType.B32,
        "u32" => PtxType.U32,
        "s32" => PtxType.S32,
        "f32" => PtxType.F32,
        "f16x2" => PtxType.F16x2,
        "bf16x2" => PtxType.BF16x2,
        "tf32" => PtxType.TF32,
        "b64" => PtxType.B64,
        "u64" => PtxType.U64,
        "s64" => PtxType.S64,
        "f64" => PtxType.F64,
        "b128" => PtxType.B128,
        _ => null,
    };

    public static int Bytes(this PtxType type) => type switch
    {
        PtxType.Pred => 0,
        <= PtxType.S8 => 1,
        <= PtxType.BF16 => 2,
        <= PtxType.TF32 => 4,
        <= PtxType.F64 => 8,
        _ => 16,
    };

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsFloat(this PtxType type) =>
        type is PtxType.F16 or PtxType.BF16 or PtxType.F32 or PtxType.F16x2 or PtxType.BF16x2 or PtxType.TF32 or PtxType.F64;
}

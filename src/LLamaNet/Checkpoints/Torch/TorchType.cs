namespace LLamaNet.Checkpoints.Torch;

// A number format of torch: its name, its size, and ours when weights may have it.
internal sealed record TorchType(string Name, int Bytes, DType? Weight)
{
    // Null for globals that are no storage.
    public static TorchType? TryFind(PickleGlobal global) => global switch
    {
        PickleGlobal.FloatStorage => new("float32", 4, DType.F32),
        PickleGlobal.HalfStorage => new("float16", 2, DType.F16),
        PickleGlobal.BFloat16Storage => new("bfloat16", 2, DType.BF16),
        PickleGlobal.DoubleStorage => new("float64", 8, null),
        PickleGlobal.LongStorage => new("int64", 8, null),
        PickleGlobal.IntStorage => new("int32", 4, null),
        PickleGlobal.ShortStorage => new("int16", 2, null),
        PickleGlobal.CharStorage => new("int8", 1, null),
        PickleGlobal.ByteStorage => new("uint8", 1, null),
        PickleGlobal.BoolStorage => new("bool", 1, null),
        _ => null,
    };
}

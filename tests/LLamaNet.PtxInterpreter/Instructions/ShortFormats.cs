namespace LLamaNet.PtxInterpreter.Instructions;

// f16
internal readonly struct HalfFormat : IShortFormat
{
    public static float Widen(ushort bits) => HalfToSingle.Apply(bits);

    public static ushort Narrow(float value) => SingleToHalf.Apply(value);
}

// bf16
internal readonly struct BFloatFormat : IShortFormat
{
    public static float Widen(ushort bits) => BFloatToSingle.Apply(bits);

    public static ushort Narrow(float value) => SingleToBFloat.Apply(value);
}

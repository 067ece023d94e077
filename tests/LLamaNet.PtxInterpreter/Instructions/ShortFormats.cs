namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>f16</summary>
internal readonly struct HalfFormat : IShortFormat
{
    public static float Widen(ushort bits) => HalfToSingle.Apply(bits);

    public static ushort Narrow(float value) => SingleToHalf.Apply(value);
}

/// <summary>bf16</summary>
internal readonly struct BFloatFormat : IShortFormat
{
    public static float Widen(ushort bits) => BFloatToSingle.Apply(bits);

    public static ushort Narrow(float value) => SingleToBFloat.Apply(value);
}

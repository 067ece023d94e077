namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>A floating-point format of 16 bits.</summary>
internal interface IShortFormat
{
    static abstract float Widen(ushort bits);

    /// <summary>To nearest even; NaN is canonical.</summary>
    static abstract ushort Narrow(float value);
}

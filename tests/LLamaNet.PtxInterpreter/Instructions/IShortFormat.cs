namespace LLamaNet.PtxInterpreter.Instructions;

// A floating-point format of 16 bits.
internal interface IShortFormat
{
    static abstract float Widen(ushort bits);

    // To nearest even; NaN is canonical.
    static abstract ushort Narrow(float value);
}

namespace LLamaNet.Backends.Cpu.Products;

// The dot product of a step: 32 weights of a register's rows, as eight groups of four, with one token's 32 activations.
internal unsafe interface IByteDots<TRegister>
{
    // 8-bit weights come in two halves of four bits, the upper ones in h0 to h7.
    static abstract bool HalvesBytes { get; }

    // The sub-block multipliers of a register's rows, in the form Dot takes.
    static abstract TRegister LoadMultipliers(sbyte* multipliers);

    // first * (w0..w3 . values[0..16]) + second * (w4..w7 . values[16..32]), exact.
    // bits, multipliers: of the format (constants). With no multipliers both are 1; with one they are the same. Weights of 8
    // bits have at most one.
    static abstract TRegister Dot(
        int bits, int multipliers,
        TRegister w0, TRegister w1, TRegister w2, TRegister w3, TRegister w4, TRegister w5, TRegister w6, TRegister w7,
        TRegister h0, TRegister h1, TRegister h2, TRegister h3, TRegister h4, TRegister h5, TRegister h6, TRegister h7,
        TRegister first, TRegister second, byte* values);
}

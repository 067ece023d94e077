namespace LLamaNet.Backends.Cpu.Simd;

// Sixteen 32-bit float lanes, in however many registers they take. Every operation does the same IEEE arithmetic in every
// lane at every width, and reductions have one fixed order: kernels written over it give the same bits on every CPU.
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    const int Count = 16;

    static abstract bool IsSupported { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Splat(float value);

    // 16 floats; no alignment needed.
    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* destination);

    // 16 IEEE halves widened exactly, subnormals included; infinities and NaN stay what they are.
    static abstract TSelf LoadF16(ushort* source, F16Lanes<TSelf> by);

    // The same for halves that are finite, in half the time.
    static abstract TSelf LoadFiniteF16(ushort* source, F16Lanes<TSelf> by);

    // 16 signed bytes as floats.
    static abstract TSelf LoadSByte(sbyte* source);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    // left * right + addend, rounded once.
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    static abstract TSelf Max(TSelf left, TSelf right);

    static abstract TSelf Min(TSelf left, TSelf right);

    // NaN stays NaN.
    static abstract TSelf Clamp(TSelf value, float low, float high);

    // To the nearest integer, ties to even.
    static abstract TSelf Round(TSelf value);

    // value * 2^exponent for integral exponents of -126 to 127; value is near 1.
    static abstract TSelf ScaleByPowerOfTwo(TSelf value, TSelf exponent);

    // ((l0+l8)+(l4+l12)) + … : halves folded onto halves, 8, 4, 2, 1.
    static abstract float Sum(TSelf value);

    static abstract float MaxAcross(TSelf value);
}

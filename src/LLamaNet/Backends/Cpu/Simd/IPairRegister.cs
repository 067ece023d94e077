namespace LLamaNet.Backends.Cpu.Simd;

// Products of bytes arrive as shorts.
internal interface IPairRegister<TSelf> : IRegister<TSelf>
    where TSelf : unmanaged, IPairRegister<TSelf>
{
    // unsigned[2i] * signed[2i] + unsigned[2i + 1] * signed[2i + 1], saturated to a short.
    static abstract TSelf MultiplyBytes(TSelf unsignedBytes, TSelf signedBytes);

    static abstract TSelf AddShorts(TSelf left, TSelf right);
}

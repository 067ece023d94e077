namespace LLamaNet.Backends.Cpu.Simd;

// Products of bytes arrive as ints.
internal interface IQuadRegister<TSelf> : IRegister<TSelf>
    where TSelf : unmanaged, IQuadRegister<TSelf>
{
    // addend + the four products of each lane. Signed bytes are -127 to 127.
    static abstract TSelf DotBytes(TSelf addend, TSelf unsignedBytes, TSelf signedBytes);
}

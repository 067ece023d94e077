namespace LLamaNet.Backends.Cpu.Simd;

// A storage type of numbers that kernels compute with as floats.
internal unsafe interface IElements
{
    // Bytes of one element.
    static abstract int Size { get; }

    // 16 elements.
    static abstract V Load<V>(byte* elements, F16Lanes<V> widening)
        where V : unmanaged, ILanes<V>;
}

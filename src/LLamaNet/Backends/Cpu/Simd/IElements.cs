namespace LLamaNet.Backends.Cpu.Simd;

// A storage type of numbers that kernels compute with as floats.
internal unsafe interface IElements
{
    // 16 elements from the index-th on.
    static abstract V Load<V>(void* elements, nint index)
        where V : unmanaged, ILanes<V>;
}

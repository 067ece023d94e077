using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Tiles;

// A format without blocks: one number after the other.
internal unsafe interface ITileElements
{
    static abstract DType Type { get; }

    static abstract int Bytes { get; }

    // A register's lanes of neighbours, as floats.
    static abstract TRegister Load<TRegister>(void* elements, HalfWidening<TRegister> widening)
        where TRegister : unmanaged, IRegister<TRegister>;
}

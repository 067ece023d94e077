using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Tiles.Formats;

internal readonly unsafe struct F32Elements : ITileElements
{
    public static DType Type => DType.F32;

    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TRegister ITileElements.Load<TRegister>(void* elements, HalfWidening<TRegister> widening) => TRegister.Load(elements);
}

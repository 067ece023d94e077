using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Tiles.Formats;

internal readonly unsafe struct F16Elements : ITileElements
{
    public static DType Type => DType.F16;

    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TRegister ITileElements.Load<TRegister>(void* elements, HalfWidening<TRegister> widening) => TRegister.LoadHalf((ushort*)elements, widening);
}

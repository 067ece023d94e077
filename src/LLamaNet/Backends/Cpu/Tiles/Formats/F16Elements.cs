using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Tiles.Formats;

internal readonly unsafe struct F16Elements : ITileElements
{
    public static DType Type => DType.F16;

    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TRegister ITileElements.Load<TRegister>(void* elements) => TRegister.LoadHalf((ushort*)elements);
}

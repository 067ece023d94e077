using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Tiles.Formats;

internal readonly unsafe struct BF16Elements : ITileElements
{
    public static DType Type => DType.BF16;

    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TRegister ITileElements.Load<TRegister>(void* elements, HalfWidening<TRegister> widening) => TRegister.LoadBFloat16((ushort*)elements);
}

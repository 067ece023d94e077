using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// The numbers of a float format, widened.
internal static unsafe class FloatElements
{
    // A register's lanes of neighbors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Load<TRegister, TFormat>(void* elements, F16Widening<TRegister> widening)
        where TRegister : unmanaged, IRegister<TRegister>
        where TFormat : struct, IFloatFormat
    {
        if (TFormat.Bytes == sizeof(float)) return TRegister.Load(elements);
        if (TFormat.ExponentBits == 8) return TRegister.LoadBFloat16((ushort*)elements);
        return TRegister.LoadF16((ushort*)elements, widening);
    }
}

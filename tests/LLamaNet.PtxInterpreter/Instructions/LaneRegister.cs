using System.Runtime.CompilerServices;

namespace LLamaNet.PtxInterpreter.Instructions;

// One lane of a register. Types of 8 and 16 bits take 32, the upper ones zero.
internal static unsafe class LaneRegister
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Get<T>(byte* register, int lane)
        where T : unmanaged => sizeof(T) == 8 ? ((T*)register)[lane] : *(T*)(register + 4 * lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set<T>(byte* register, int lane, T value)
        where T : unmanaged
    {
        if (sizeof(T) == 8) ((T*)register)[lane] = value;
        else if (sizeof(T) == 4) *(T*)(register + 4 * lane) = value;
        else if (sizeof(T) == 2) ((uint*)register)[lane] = Unsafe.BitCast<T, ushort>(value);
        else ((uint*)register)[lane] = Unsafe.BitCast<T, byte>(value);
    }
}

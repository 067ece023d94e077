using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Instructions;

// Applies an operation to the lanes of a mask. Its methods are what Instruction.Execute points to. Most run a few thousand
// times in a test: they are compiled well at once, as everything that runs for each instruction.
internal static unsafe class LaneLoops
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unary<TA, TResult, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where TA : unmanaged
        where TResult : unmanaged
        where TOperation : IUnary<TA, TResult>
    {
        byte* d = warp.Registers + instruction->D, a = warp.Registers + instruction->A;
        if (mask == Warp.AllLanes)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                LaneRegister.Set(d, lane, TOperation.Apply(LaneRegister.Get<TA>(a, lane)));
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            LaneRegister.Set(d, lane, TOperation.Apply(LaneRegister.Get<TA>(a, lane)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Binary<TA, TB, TResult, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where TA : unmanaged
        where TB : unmanaged
        where TResult : unmanaged
        where TOperation : IBinary<TA, TB, TResult>
    {
        byte* d = warp.Registers + instruction->D, a = warp.Registers + instruction->A, b = warp.Registers + instruction->B;
        if (mask == Warp.AllLanes)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                LaneRegister.Set(d, lane, TOperation.Apply(LaneRegister.Get<TA>(a, lane), LaneRegister.Get<TB>(b, lane)));
            return;
        }

        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            LaneRegister.Set(d, lane, TOperation.Apply(LaneRegister.Get<TA>(a, lane), LaneRegister.Get<TB>(b, lane)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ternary<TA, TB, TC, TResult, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where TA : unmanaged
        where TB : unmanaged
        where TC : unmanaged
        where TResult : unmanaged
        where TOperation : ITernary<TA, TB, TC, TResult>
    {
        byte* d = warp.Registers + instruction->D, a = warp.Registers + instruction->A;
        byte* b = warp.Registers + instruction->B, c = warp.Registers + instruction->C;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            LaneRegister.Set(d, lane, TOperation.Apply(
                LaneRegister.Get<TA>(a, lane), LaneRegister.Get<TB>(b, lane), LaneRegister.Get<TC>(c, lane)));
        }
    }

    // For types of 32 and 64 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void VectorBinary<T, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
        where TOperation : IVectorBinary<T>
    {
        if (mask != Warp.AllLanes)
        {
            Binary<T, T, T, TOperation>(warp, instruction, mask);
            return;
        }

        T* d = (T*)(warp.Registers + instruction->D), a = (T*)(warp.Registers + instruction->A);
        var b = (T*)(warp.Registers + instruction->B);
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
            TOperation.Apply(Vector256.Load(a + lane), Vector256.Load(b + lane)).Store(d + lane);
    }

    // For types of 32 and 64 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void VectorTernary<T, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
        where TOperation : IVectorTernary<T>
    {
        if (mask != Warp.AllLanes)
        {
            Ternary<T, T, T, T, TOperation>(warp, instruction, mask);
            return;
        }

        T* d = (T*)(warp.Registers + instruction->D), a = (T*)(warp.Registers + instruction->A);
        T* b = (T*)(warp.Registers + instruction->B), c = (T*)(warp.Registers + instruction->C);
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<T>.Count)
            TOperation.Apply(Vector256.Load(a + lane), Vector256.Load(b + lane), Vector256.Load(c + lane)).Store(d + lane);
    }
}

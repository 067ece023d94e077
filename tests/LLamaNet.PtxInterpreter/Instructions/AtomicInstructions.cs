using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// atom and red: lanes change a word of memory one after the other, the lowest first.
internal static unsafe class AtomicInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("atom", decoder => Atomic(decoder, returns: true));
        table.AddFloat("atom", decoder => Atomic(decoder, returns: true));
        table.Add("red", decoder => Atomic(decoder, returns: false));
        table.AddFloat("red", decoder => Atomic(decoder, returns: false));
    }

    private static void Atomic(Decoder decoder, bool returns)
    {
        decoder.Allow("global", "shared", "shared::cta", "relaxed", "acquire", "release", "acq_rel", "cta", "gpu", "sys",
            "cluster",
            "add", "min", "max", "inc", "dec", "and", "or", "xor", "exch", "cas");
        PtxType type = decoder.Type;
        int operand = returns ? 1 : 0;
        decoder.ExpectOperands(operand + (decoder.Has("cas") ? 3 : 2));
        decoder.Result.Mode = (int)LoadStoreInstructions.Space(decoder);
        decoder.Result.Strong = true;
        decoder.Result.D = returns ? decoder.Destination(0, type) : -1;
        decoder.Result.A = decoder.Address(operand);
        decoder.Result.B = decoder.Source(operand + 1, type);
        if (decoder.Has("cas"))
        {
            decoder.Result.C = decoder.Source(operand + 2, type);
            decoder.Result.Execute = type.Bytes() == 8 ? &CompareAndSwap<ulong>
                : type.Bytes() == 4 ? &CompareAndSwap<uint> : &CompareAndSwap<ushort>;
            return;
        }

        string operation = decoder.Words.First(word =>
            word is "add" or "min" or "max" or "inc" or "dec" or "and" or "or" or "xor" or "exch");
        decoder.Result.Execute = (operation, type) switch
        {
            ("add", PtxType.U32 or PtxType.S32) => &Change<uint, Add<uint>>,
            ("add", PtxType.U64) => &Change<ulong, Add<ulong>>,
            ("add", PtxType.F32) => &Change<float, Add<float>>,
            ("add", PtxType.F64) => &Change<double, Add<double>>,
            ("min", PtxType.U32) => &Change<uint, Minimum<uint>>,
            ("min", PtxType.S32) => &Change<int, Minimum<int>>,
            ("min", PtxType.U64) => &Change<ulong, Minimum<ulong>>,
            ("min", PtxType.S64) => &Change<long, Minimum<long>>,
            ("max", PtxType.U32) => &Change<uint, Maximum<uint>>,
            ("max", PtxType.S32) => &Change<int, Maximum<int>>,
            ("max", PtxType.U64) => &Change<ulong, Maximum<ulong>>,
            ("max", PtxType.S64) => &Change<long, Maximum<long>>,
            ("inc", PtxType.U32) => &Change<uint, Increment>,
            ("dec", PtxType.U32) => &Change<uint, Decrement>,
            ("and", PtxType.B32) => &Change<uint, And<uint>>,
            ("and", PtxType.B64) => &Change<ulong, And<ulong>>,
            ("or", PtxType.B32) => &Change<uint, Or<uint>>,
            ("or", PtxType.B64) => &Change<ulong, Or<ulong>>,
            ("xor", PtxType.B32) => &Change<uint, Xor<uint>>,
            ("xor", PtxType.B64) => &Change<ulong, Xor<ulong>>,
            ("exch", PtxType.B32) => &Change<uint, Second<uint>>,
            ("exch", PtxType.B64) => &Change<ulong, Second<ulong>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static T* Locate<T>(Warp warp, Instruction* instruction, int lane)
        where T : unmanaged
    {
        ulong address = MemoryAccess.Address(warp, instruction, instruction->A, lane);
        // It reads, so the word must have been written, and it writes.
        var space = (AddressSpace)instruction->Mode;
        MemoryAccess.Resolve(warp, instruction, lane, space, address, sizeof(T), write: false, strong: true);
        return (T*)MemoryAccess.Resolve(warp, instruction, lane, space, address, sizeof(T), write: true, strong: true);
    }

    private static void Change<T, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
        where TOperation : IBinary<T, T, T>
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            T* at = Locate<T>(warp, instruction, lane);
            T before = *at;
            *at = TOperation.Apply(before, LaneRegister.Get<T>(warp.Registers + instruction->B, lane));
            if (instruction->D >= 0) LaneRegister.Set(warp.Registers + instruction->D, lane, before);
        }
    }

    private static void CompareAndSwap<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IEquatable<T>
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            T* at = Locate<T>(warp, instruction, lane);
            T before = *at;
            if (before.Equals(LaneRegister.Get<T>(warp.Registers + instruction->B, lane)))
                *at = LaneRegister.Get<T>(warp.Registers + instruction->C, lane);
            if (instruction->D >= 0) LaneRegister.Set(warp.Registers + instruction->D, lane, before);
        }
    }

    private readonly struct Second<T> : IBinary<T, T, T>
    {
        public static T Apply(T a, T b) => b;
    }

    // Counts up to b and starts anew.
    private readonly struct Increment : IBinary<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => a >= b ? 0 : a + 1;
    }

    private readonly struct Decrement : IBinary<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => a == 0 || a > b ? b : a - 1;
    }
}

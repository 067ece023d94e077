using System.Numerics;
using System.Runtime.CompilerServices;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// cp.async: copies from global to shared memory that a thread starts and later waits for, in groups.
internal static unsafe class AsyncCopyInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("cp.async.ca", Copy);
        table.Add("cp.async.cg", Copy);
        table.Add("cp.async.commit_group", decoder =>
        {
            decoder.ExpectOperands(0);
            decoder.Result.Execute = &Commit;
        });
        table.Add("cp.async.wait_group", decoder =>
        {
            decoder.ExpectOperands(1);
            decoder.Result.SecondImmediate = decoder.Number(0);
            decoder.Result.Execute = &Wait;
        });
        table.Add("cp.async.wait_all", decoder =>
        {
            decoder.ExpectOperands(0);
            decoder.Result.SecondImmediate = -1;
            decoder.Result.Execute = &Wait;
        });
    }

    // [shared], [global], bytes that are written, bytes that are read or a predicate that says to read none
    private static void Copy(Decoder decoder)
    {
        foreach (string word in decoder.Words.Skip(2))
        {
            bool known = word is "ca" or "cg" or "shared" or "shared::cta" or "global";
            if (!known && !word.StartsWith("L2::", StringComparison.Ordinal)) throw decoder.Unknown();
        }

        if (decoder.Operands.Count < 3) throw decoder.Error("has too few operands");
        decoder.Result.Bytes = (int)decoder.Number(2);
        if (decoder.Result.Bytes != 16 && (decoder.Has("cg") || decoder.Result.Bytes is not (4 or 8))) throw decoder.Unknown();
        decoder.Result.B = decoder.Address(1);
        if (!decoder.Result.WideAddress) throw decoder.Error("the global address must have 64 bits");
        decoder.Result.SecondImmediate = decoder.Result.Immediate;
        decoder.Result.A = decoder.Address(0);
        decoder.Result.C = -1;
        decoder.Result.Target = -1;
        int extra = decoder.Operands.Count - (decoder.Has("L2::cache_hint") ? 1 : 0);
        if (extra > 4) throw decoder.Unknown();
        if (extra == 4)
        {
            // A register of 32 bits or a number says how many bytes; a predicate that nothing is read.
            if (decoder.IsPredicate(3)) decoder.Result.Target = decoder.Predicate(decoder.Operands[3], out decoder.Result.Flag);
            else decoder.Result.C = decoder.Source(3, PtxType.U32);
        }

        decoder.Result.Execute = &Copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(Warp warp, Instruction* instruction, uint mask)
    {
        int bytes = instruction->Bytes;
        uint turned = instruction->Flag ? Warp.AllLanes : 0;
        uint ignored = instruction->Target < 0 ? 0 : warp.Predicates[instruction->Target] ^ turned;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong shared = MemoryAccess.Address(warp, instruction, instruction->A, lane);
            ulong global = ((ulong*)(warp.Registers + instruction->B))[lane] + (ulong)instruction->SecondImmediate;
            int present = instruction->C < 0 ? bytes : (int)((uint*)(warp.Registers + instruction->C))[lane];
            if ((ignored >> lane & 1) != 0) present = 0;
            if ((uint)present > (uint)bytes)
                throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane, $"reads {present} bytes to write {bytes}");
            if (((shared | global) & (ulong)(bytes - 1)) != 0)
            {
                throw warp.FaultAt(FaultKind.Misaligned, instruction, lane,
                    $"misaligned copy of {bytes} bytes from 0x{global:x} to shared +{shared}");
            }

            if (present == bytes) MemoryAccess.Global(warp, instruction, lane, global, bytes, write: false);
            else
                for (int i = 0; i < present; i++)
                    MemoryAccess.Global(warp, instruction, lane, global + (ulong)i, 1, write: false);
            warp.Block.Shared.BeginCopy(warp, instruction, lane, shared, bytes);
            warp.Copies.Add(lane, (uint)shared, global, bytes, present);
        }
    }

    private static void Commit(Warp warp, Instruction* instruction, uint mask) => warp.Copies.Commit(mask);

    private static void Wait(Warp warp, Instruction* instruction, uint mask)
    {
        foreach (AsyncCopy copy in warp.Copies.TakeDone(mask, instruction->SecondImmediate))
        {
            byte* to = warp.Block.Shared.Host + copy.Shared;
            if (copy.Present > 0)
            {
                // Read now, as late as the hardware may.
                byte* from = MemoryAccess.Global(warp, instruction, copy.Lane, copy.Global, 1, write: false);
                Unsafe.CopyBlockUnaligned(to, from, (uint)copy.Present);
            }

            Unsafe.InitBlockUnaligned(to + copy.Present, 0, (uint)(copy.Bytes - copy.Present));
            warp.Block.Shared.EndCopy(warp.Index, warp.Thread(copy.Lane), copy.Shared, copy.Bytes);
        }
    }
}

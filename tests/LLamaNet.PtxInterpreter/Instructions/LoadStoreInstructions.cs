using System.Numerics;
using System.Runtime.CompilerServices;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// ld and st in all state spaces, one register or a vector. What caches do is not seen.
internal static unsafe class LoadStoreInstructions
{
    public static void AddTo(InstructionTable table)
    {
        table.Add("ld", Load);
        table.AddFloat("ld", Load);
        table.Add("st", Store);
        table.AddFloat("st", Store);
    }

    // The space that a word of the name says; generic when none does.
    public static AddressSpace Space(Decoder decoder)
    {
        foreach (string word in decoder.Words)
        {
            switch (word)
            {
                case "global": return AddressSpace.Global;
                case "shared" or "shared::cta" or "shared::cluster": return AddressSpace.Shared;
                case "local": return AddressSpace.Local;
                case "const": return AddressSpace.Constant;
                case "param": return AddressSpace.Parameter;
            }
        }

        return AddressSpace.Generic;
    }

    private static void Common(Decoder decoder, int address, int registers, bool load)
    {
        foreach (string word in decoder.Words.Skip(1).SkipLast(1)) CheckWord(decoder, word);
        // A third operand is a hint for the cache.
        if (decoder.Operands.Count != 2 && !(decoder.Operands.Count == 3 && decoder.Has("L2::cache_hint")))
            throw decoder.Error("has not 2 operands");
        PtxType type = decoder.Type;
        decoder.Result.Mode = (int)Space(decoder);
        decoder.Result.Bytes = type.Bytes();
        decoder.Result.Flag = type.IsSigned();
        decoder.Result.Strong = decoder.Has("volatile") || decoder.Has("relaxed") || decoder.Has("acquire")
            || decoder.Has("release");
        string[] members = decoder.Members(registers);
        int count = decoder.Has("v2") ? 2 : decoder.Has("v4") ? 4 : 1;
        if (members.Length != count || type.Bytes() is not (1 or 2 or 4 or 8) || type.Bytes() * count > 16)
            throw decoder.Unknown();
        int width = 0;
        foreach (string member in members)
        {
            decoder.List.Add(load
                ? decoder.Destination(member, type, orWider: true) : decoder.Source(member, type, orWider: true));
            int own = load ? decoder.WidthOf(member) : decoder.WidthOfSource(member);
            // Constants have lanes of 4 bytes unless the type has 8.
            if (own == 0) own = Math.Max(4, type.Bytes());
            if (member != "_") width = Math.Max(width, own);
        }

        decoder.Result.C = width;
        decoder.Result.A = decoder.Address(address);
    }

    private static void CheckWord(Decoder decoder, string word)
    {
        if (word is "global" or "shared" or "local" or "const" or "param" or "nc" or "v2" or "v4") return;
        if (word is "weak" or "volatile" or "relaxed" or "acquire" or "release" or "cta" or "gpu" or "sys" or "cluster") return;
        if (word is "ca" or "cg" or "cs" or "lu" or "cv" or "wb" or "wt") return;
        if (word.StartsWith("L1::", StringComparison.Ordinal) || word.StartsWith("L2::", StringComparison.Ordinal)) return;
        if (word is "shared::cta" or "shared::cluster") return;
        throw decoder.Unknown();
    }

    private static void Load(Decoder decoder)
    {
        Common(decoder, address: 1, registers: 0, load: true);
        var space = (AddressSpace)decoder.Result.Mode;
        if (space == AddressSpace.Shared && decoder.Has("nc")) throw decoder.Unknown();
        if (space == AddressSpace.Parameter && decoder.SpaceOf(1) == AddressSpace.Parameter)
        {
            decoder.Result.Execute = &LoadParameter;
            return;
        }

        decoder.Result.Execute = space == AddressSpace.Global && decoder.Result.Bytes == 4 && decoder.Result.C == 4
            ? &LoadGlobalWords : &Load;
    }

    private static void Store(Decoder decoder)
    {
        Common(decoder, address: 0, registers: 1, load: false);
        if ((AddressSpace)decoder.Result.Mode is AddressSpace.Constant or AddressSpace.Parameter) throw decoder.Unknown();
        decoder.Result.Execute = &Store;
    }

    // The address is the same for all lanes and known to be a parameter.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadParameter(Warp warp, Instruction* instruction, uint mask)
    {
        int lane = BitOperations.TrailingZeroCount(mask);
        ulong address = MemoryAccess.Address(warp, instruction, instruction->A, lane);
        byte* from = MemoryAccess.Resolve(
            warp, instruction, lane, AddressSpace.Parameter, address, instruction->Bytes * instruction->Count, write: false);
        for (; mask != 0; mask &= mask - 1) Read(warp, instruction, BitOperations.TrailingZeroCount(mask), from);
    }

    // The most frequent form by far: one to four words of global memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadGlobalWords(Warp warp, Instruction* instruction, uint mask)
    {
        int count = instruction->Count;
        int bytes = 4 * count;
        byte* registers = warp.Registers;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong address = MemoryAccess.Address(warp, instruction, instruction->A, lane);
            uint* from = (address & (ulong)(bytes - 1)) == 0
                ? (uint*)MemoryAccess.Global(warp, instruction, lane, address, bytes, write: false, instruction->Strong)
                : (uint*)MemoryAccess.Resolve(warp, instruction, lane, AddressSpace.Global, address, bytes, write: false);
            for (int i = 0; i < count; i++) ((uint*)(registers + instruction->List[i]))[lane] = from[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Load(Warp warp, Instruction* instruction, uint mask)
    {
        int bytes = instruction->Bytes * instruction->Count;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong address = MemoryAccess.Address(warp, instruction, instruction->A, lane);
            Read(warp, instruction, lane, MemoryAccess.Resolve(
                warp, instruction, lane, (AddressSpace)instruction->Mode, address, bytes, write: false, instruction->Strong));
        }
    }

    // A register that is wider than the type is filled by the sign of a signed type, else by zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read(Warp warp, Instruction* instruction, int lane, byte* from)
    {
        bool signed = instruction->Flag;
        for (int i = 0; i < instruction->Count; i++, from += instruction->Bytes)
        {
            ulong value = instruction->Bytes switch
            {
                1 => signed ? (ulong)*(sbyte*)from : *from,
                2 => signed ? (ulong)*(short*)from : *(ushort*)from,
                4 => signed ? (ulong)*(int*)from : *(uint*)from,
                _ => *(ulong*)from,
            };
            byte* register = warp.Registers + instruction->List[i];
            if (instruction->C == 8) ((ulong*)register)[lane] = value;
            else ((uint*)register)[lane] = instruction->C == 4 ? (uint)value : (ushort)value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(Warp warp, Instruction* instruction, uint mask)
    {
        int size = instruction->Bytes, bytes = size * instruction->Count;
        var staged = stackalloc ulong[2];
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            for (int i = 0; i < instruction->Count; i++)
            {
                byte* register = warp.Registers + instruction->List[i];
                ulong value = instruction->C == 8 ? ((ulong*)register)[lane] : ((uint*)register)[lane];
                byte* at = (byte*)staged + i * size;
                if (size == 4) *(uint*)at = (uint)value;
                else if (size == 8) *(ulong*)at = value;
                else if (size == 2) *(ushort*)at = (ushort)value;
                else *at = (byte)value;
            }

            ulong address = MemoryAccess.Address(warp, instruction, instruction->A, lane);
            byte* to = MemoryAccess.Resolve(
                warp, instruction, lane, (AddressSpace)instruction->Mode, address, bytes, write: true, instruction->Strong,
                (byte*)staged);
            if (bytes == 4) *(uint*)to = (uint)*staged;
            else Unsafe.CopyBlockUnaligned(to, staged, (uint)bytes);
        }
    }
}

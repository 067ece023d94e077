using System.Numerics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Instructions;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Hopper;

// cp.async.bulk and cp.async.bulk.tensor, from global to the block's shared memory, reporting to an mbarrier.
internal static unsafe class BulkCopyInstructions
{
    private const int TensorAlignment = 128;

    // The places in the list of a tensor copy's registers.
    private const int MapPlace = 0;
    private const int FirstCorner = 1;

    public static void AddTo(InstructionTable table)
    {
        table.Add("cp.async.bulk", Bulk);
        table.Add("cp.async.bulk.tensor", Tensor);
    }

    private static void Direction(Decoder decoder, params string[] words)
    {
        decoder.Allow([.. words, "async", "bulk", "shared::cluster", "shared::cta", "global", "mbarrier::complete_tx::bytes"]);
        string to = decoder.Has("shared::cluster") ? "shared::cluster" : "shared::cta";
        string name = string.Join('.', decoder.Words);
        if (!name.Contains($"{to}.global.", StringComparison.Ordinal) || !decoder.Has("mbarrier::complete_tx::bytes"))
            throw decoder.Unknown();
    }

    // [to], [from], bytes, [barrier]
    private static void Bulk(Decoder decoder)
    {
        Direction(decoder);
        decoder.ExpectOperands(4);
        decoder.Result.A = SharedAddress(decoder, 0);
        decoder.Result.B = Plain(decoder, decoder.Address(1));
        if (!decoder.Result.WideAddress) throw decoder.Unknown();
        decoder.Result.C = decoder.Source(2, PtxType.U32);
        decoder.Result.D = SharedAddress(decoder, 3);
        decoder.Result.Execute = &Bulk;
    }

    // [to], [map, {x, y}], [barrier]
    private static void Tensor(Decoder decoder)
    {
        string? rank = decoder.Words.FirstOrDefault(word => word.Length == 2 && word[1] == 'd' && word[0] is >= '1' and <= '5');
        if (rank is null) throw decoder.Unknown();
        Direction(decoder, "tensor", "tile", rank);
        decoder.ExpectOperands(3);
        decoder.Result.A = SharedAddress(decoder, 0);
        decoder.Result.D = SharedAddress(decoder, 2);
        string operand = decoder.Operand(1);
        int comma = operand.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || operand[0] != '[' || operand[^1] != ']') throw decoder.Unknown();
        decoder.List.Add(Plain(decoder, decoder.Address($"{operand[..comma].Trim()}]")));
        if (!decoder.Result.WideAddress) throw decoder.Unknown();
        string[] corner = Decoder.Members(operand[(comma + 1)..^1].Trim());
        if (corner.Length != rank[0] - '0') throw decoder.Error($"{corner.Length} coordinates for a tensor of {rank}");
        foreach (string coordinate in corner) decoder.List.Add(decoder.Source(coordinate, PtxType.S32));
        decoder.Result.Execute = &Tensor;
    }

    // The instruction has one offset and several addresses: an offset is not known here.
    private static int Plain(Decoder decoder, int register) =>
        decoder.Result.Immediate == 0 ? register : throw decoder.Error("an address with an offset in a bulk copy");

    private static int SharedAddress(Decoder decoder, int operand)
    {
        int register = Plain(decoder, decoder.Address(operand));
        return decoder.Result.WideAddress ? throw decoder.Unknown() : register;
    }

    private static void Bulk(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            uint to = Get(warp, instruction->A, lane);
            ulong from = LaneRegister.Get<ulong>(warp.Registers + instruction->B, lane);
            uint bytes = Get(warp, instruction->C, lane);
            uint barrier = Get(warp, instruction->D, lane);
            if (bytes % BulkCopy.ChunkBytes != 0)
            {
                throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                    $"a bulk copy of {bytes} bytes: a multiple of 16 is allowed");
            }

            if (to % BulkCopy.ChunkBytes != 0 || from % BulkCopy.ChunkBytes != 0)
            {
                throw warp.FaultAt(FaultKind.Misaligned, instruction, lane,
                    $"a bulk copy from 0x{from:x} to +{to}: multiples of 16 are allowed");
            }

            warp.Block.Hopper.Barriers.CheckFenced(warp, instruction, lane, barrier);
            var copy = new BulkCopy(barrier, (int)bytes);
            for (uint done = 0; done < bytes; done += BulkCopy.ChunkBytes)
            {
                byte* source = MemoryAccess.Global(warp, instruction, lane, from + done, BulkCopy.ChunkBytes, write: false);
                copy.Add(to + done, *(UInt128*)source);
            }

            copy.Begin(warp, instruction, lane);
        }
    }

    private static void Tensor(Warp warp, Instruction* instruction, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            uint to = Get(warp, instruction->A, lane);
            uint barrier = Get(warp, instruction->D, lane);
            if (to % TensorAlignment != 0)
            {
                throw warp.FaultAt(FaultKind.Misaligned, instruction, lane,
                    $"a tensor copy to +{to}, which is no multiple of 128");
            }

            TensorMap map = Map(warp, instruction, lane);
            var corner = new int[instruction->Count - FirstCorner];
            if (map.Box.Length != corner.Length)
            {
                throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                    $"{corner.Length} coordinates for a map of rank {map.Box.Length}");
            }

            for (int i = 0; i < corner.Length; i++) corner[i] = (int)Get(warp, instruction->List[FirstCorner + i], lane);
            warp.Block.Hopper.Barriers.CheckFenced(warp, instruction, lane, barrier);
            var copy = new BulkCopy(barrier, map.BoxBytes);
            foreach (TensorRow row in map.Rows(corner)) AddRow(warp, instruction, lane, map, to, row, copy);
            copy.Begin(warp, instruction, lane);
        }
    }

    private static void AddRow(
        Warp warp, Instruction* instruction, int lane, TensorMap map, uint to, TensorRow row, BulkCopy copy)
    {
        Span<byte> content = stackalloc byte[map.Box[0] * map.ElementBytes];
        content.Clear();
        for (int i = 0; i < row.Present; i += map.ElementBytes)
        {
            byte* source = MemoryAccess.Global(warp, instruction, lane, row.Address + (ulong)i, map.ElementBytes, write: false);
            new ReadOnlySpan<byte>(source, map.ElementBytes).CopyTo(content[(row.Skipped + i)..]);
        }

        for (int i = 0; i < content.Length; i += BulkCopy.ChunkBytes)
        {
            uint address = map.Swizzle.Apply(to + (uint)(row.BoxOffset + i));
            copy.Add(address, System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(content[i..]));
        }
    }

    private static TensorMap Map(Warp warp, Instruction* instruction, int lane)
    {
        ulong address = LaneRegister.Get<ulong>(warp.Registers + instruction->List[MapPlace], lane);
        if (address % 64 != 0) throw warp.FaultAt(FaultKind.Misaligned, instruction, lane, "a tensor map at no multiple of 64");
        (AddressSpace space, ulong _) = AddressWindow.Resolve(address);
        // A copy of a parameter in local memory is not where the copy engine looks.
        if (space is not (AddressSpace.Parameter or AddressSpace.Global))
            throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane, $"a tensor map in {space} memory");
        Span<byte> bytes = stackalloc byte[TensorMap.Bytes];
        for (int i = 0; i < bytes.Length; i += BulkCopy.ChunkBytes)
        {
            byte* place = MemoryAccess.Resolve(
                warp, instruction, lane, AddressSpace.Generic, address + (ulong)i, BulkCopy.ChunkBytes, write: false);
            new ReadOnlySpan<byte>(place, BulkCopy.ChunkBytes).CopyTo(bytes[i..]);
        }

        return TensorMap.Read(bytes)
            ?? throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane, "128 bytes that are no tensor map");
    }

    private static uint Get(Warp warp, int register, int lane) => LaneRegister.Get<uint>(warp.Registers + register, lane);
}

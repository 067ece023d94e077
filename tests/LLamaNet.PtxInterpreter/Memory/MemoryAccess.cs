using System.Runtime.CompilerServices;
using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Memory;

// The one way from an address in a register to bytes: finds the space and makes every check.
internal static unsafe class MemoryAccess
{
    // The address that a lane's operand names, in the space of the instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Address(Warp warp, Instruction* instruction, int register, int lane)
    {
        byte* lanes = warp.Registers + register;
        return instruction->WideAddress
            ? ((ulong*)lanes)[lane] + (ulong)instruction->Immediate
            : (uint)(((uint*)lanes)[lane] + (uint)instruction->Immediate);
    }

    // Checks the access of one lane and returns where the bytes are.
    // bytes: a power of two.
    // value: for writes to shared memory: what will be stored, if known.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static byte* Resolve(
        Warp warp, Instruction* instruction, int lane, AddressSpace space, ulong address, int bytes, bool write,
        bool strong = false, byte* value = null)
    {
        if ((address & (ulong)(bytes - 1)) != 0)
            throw warp.FaultAt(FaultKind.Misaligned, instruction, lane, $"misaligned access of {bytes} bytes at 0x{address:x}");
        if (space == AddressSpace.Generic) (space, address) = AddressWindow.Resolve(address);
        switch (space)
        {
            case AddressSpace.Shared:
                return warp.Block.Shared.Access(warp, instruction, lane, address, bytes, write, strong, value);
            case AddressSpace.Local:
                return warp.Block.Local.Access(warp, instruction, lane, address, bytes, write);
            case AddressSpace.Parameter:
                return Parameter(warp, instruction, lane, address, bytes, write);
            default:
                return Global(warp, instruction, lane, address, bytes, write, strong, value);
        }
    }

    // Global and constant memory: the bytes must lie in one allocation and, to be read, have been written.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Global(
        Warp warp, Instruction* instruction, int lane, ulong address, int bytes, bool write, bool strong = false,
        byte* value = null)
    {
        Allocation? found = warp.Recent;
        if (found is null || address < found.Start || address + (ulong)bytes > found.End)
            warp.Recent = found = Find(warp, instruction, lane, address, bytes, write);
        long offset = (long)(address - found.Start);
        if (write) Write(warp, instruction, lane, found, offset, bytes, strong, value);
        else if (!found.AllWritten || found.StoredIn == warp.Block.Launch)
            Read(warp, instruction, lane, found, offset, bytes, strong);
        if (strong) warp.Block.HasSynchronised = true;
        return found.Host + offset;
    }

    private static Allocation Find(Warp warp, Instruction* instruction, int lane, ulong address, int bytes, bool write)
    {
        DeviceMemory memory = warp.Block.Memory;
        Allocation? found = memory.Find(address);
        if (found is null || address + (ulong)bytes > found.End)
        {
            throw warp.FaultAt(FaultKind.OutOfBounds, instruction, lane,
                $"global memory {(write ? "write" : "read")} of {bytes} bytes: {memory.Explain(address, bytes)}");
        }

        return found;
    }

    private static void Write(
        Warp warp, Instruction* instruction, int lane, Allocation found, long offset, int bytes, bool strong, byte* value)
    {
        if (found.ReadOnly)
            throw warp.FaultAt(FaultKind.OutOfBounds, instruction, lane, "write to constant memory");
        found.MarkWritten(offset, bytes);
        // Atomic operations are ordered among themselves.
        if (strong) return;
        ThreadBlock block = warp.Block;
        GlobalWriters writers = found.Writers ??= new(found.Length);
        if (found.StoredIn == block.Launch && !block.HasSynchronised)
        {
            string? other = FindWriter(warp, lane, writers, offset, bytes);
            if (other is not null && (value == null || !SameValue(value, found.Host + offset, bytes)))
                throw Race(warp, instruction, lane, found, offset, $"write, written differently by {other}");
        }

        found.StoredIn = block.Launch;
        writers.Set(warp, lane, offset, bytes);
    }

    private static void Read(Warp warp, Instruction* instruction, int lane, Allocation found, long offset, int bytes, bool strong)
    {
        if (!found.IsWritten(offset, bytes))
        {
            throw warp.FaultAt(FaultKind.Uninitialised, instruction, lane,
                $"read of {bytes} bytes that were never written: {offset} bytes into the {found.Length}-byte allocation "
                + $"at 0x{found.Start:x}");
        }

        ThreadBlock block = warp.Block;
        // A block that has executed an atomic operation may have learnt by it that others are done.
        if (strong || found.StoredIn != block.Launch || block.HasSynchronised) return;
        string? other = FindWriter(warp, lane, found.Writers!, offset, bytes);
        if (other is not null) throw Race(warp, instruction, lane, found, offset, $"read, written by {other}");
    }

    // Words for the one whose store nothing orders before this access.
    private static string? FindWriter(Warp warp, int lane, GlobalWriters writers, long offset, int bytes)
    {
        int block = writers.FindOther(warp.Block.Launch, warp.Block.Number, offset, bytes);
        if (block >= 0) return $"block {block} of the same launch";
        int thread = writers.FindUnordered(warp, lane, offset, bytes);
        return thread >= 0 ? $"thread {thread} with nothing that orders them" : null;
    }

    private static bool SameValue(byte* a, byte* b, int bytes) =>
        new ReadOnlySpan<byte>(a, bytes).SequenceEqual(new ReadOnlySpan<byte>(b, bytes));

    private static PtxFaultException Race(
        Warp warp, Instruction* instruction, int lane, Allocation found, long offset, string what) =>
        warp.FaultAt(FaultKind.Race, instruction, lane,
            $"global memory race {offset} bytes into the {found.Length}-byte allocation at 0x{found.Start:x}: {what}");

    private static byte* Parameter(Warp warp, Instruction* instruction, int lane, ulong address, int bytes, bool write)
    {
        ulong offset = address - AddressWindow.Parameter;
        ulong length = (ulong)warp.Kernel.ParameterBytes;
        if (offset > length || offset + (ulong)bytes > length)
        {
            throw warp.FaultAt(FaultKind.OutOfBounds, instruction, lane,
                $"parameter access of {bytes} bytes at +{offset}: the kernel has {length} bytes of parameters");
        }

        if (write) throw warp.FaultAt(FaultKind.OutOfBounds, instruction, lane, "write to a parameter");
        return warp.Block.Parameters + offset;
    }
}

using System.Runtime.CompilerServices;
using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Memory;

// The shared memory of a block. A shadow beside it finds reads of unwritten bytes, races (two threads, one of them
// writing, nothing that orders them) and bytes of copies that have not been waited for.
internal sealed unsafe class SharedMemory
{
    private const ulong AtomicBit = 1UL << 16;

    private readonly ThreadBlock _block;
    private byte[] _bytes = [];
    private ShadowWord[] _shadow = [];
    private ShadowWord* _words;
    private uint _serial;

    public SharedMemory(ThreadBlock block) => _block = block;

    public byte* Host { get; private set; }

    public int Length { get; private set; }

    public void Reset(int length)
    {
        Length = length;
        _serial++;
        if (_bytes.Length < length + 64)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(length + 64, pinned: true);
            fixed (byte* first = _bytes) Host = (byte*)(((nint)first + 63) & ~63);
            _shadow = GC.AllocateArray<ShadowWord>((length + 3) / 4 + 4, pinned: true);
            fixed (ShadowWord* first = _shadow) _words = first;
        }
    }

    // Checks an access and returns where the bytes are.
    // strong: an atomic, volatile, relaxed or acquiring access: these do not race with each other.
    // value: the bytes that a write stores; writing what is there already is no race. Null: not known.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Access(
        Warp warp, Instruction* instruction, int lane, ulong address, int bytes, bool write, bool strong = false,
        byte* value = null)
    {
        if (address > (ulong)Length || address + (ulong)bytes > (ulong)Length)
            throw OutOfBounds(warp, instruction, lane, address, bytes, write);
        int at = (int)address;
        ulong stamp = (ulong)_block.Clocks.Now(warp.Index) << 32 | (strong ? AtomicBit : 0) | (uint)warp.Thread(lane);
        for (int done = 0; done < bytes; done += 4, at += 4)
        {
            // The usual read: all is written, and no write is under way.
            ShadowWord* word = _words + (at >> 2);
            if (!write && bytes >= 4 && word->Block == _serial && word->State == ShadowWord.AllWritten
                && !Conflicts(warp, word->Write, stamp))
            {
                Read(word, 15, stamp);
                continue;
            }

            int mask = bytes >= 4 ? 15 : ((1 << bytes) - 1) << (at & 3);
            Word(warp, instruction, lane, at, mask, write, stamp, value == null ? null : value + done);
        }

        return Host + address;
    }

    // An asynchronous operation will write the bytes: no access is allowed until it has ended.
    // lane: the lane that started it, which writes in the sense of races.
    public void BeginCopy(Warp warp, Instruction* instruction, int lane, ulong address, int bytes)
    {
        Access(warp, instruction, lane, address, bytes, write: true);
        for (int word = (int)(address >> 2); word <= (int)((address + (ulong)bytes - 1) >> 2); word++)
            _words[word].State += ShadowWord.OneCopy;
    }

    // The operation has ended and the bytes are there, written by the lane now.
    public void EndCopy(int warp, int thread, ulong address, int bytes)
    {
        ulong stamp = (ulong)_block.Clocks.Now(warp) << 32 | (uint)thread;
        for (int word = (int)(address >> 2); word <= (int)((address + (ulong)bytes - 1) >> 2); word++)
        {
            ref ShadowWord shadow = ref _words[word];
            shadow.State = (byte)((shadow.State - ShadowWord.OneCopy) | ShadowWord.AllWritten);
            (shadow.Write, shadow.WriteBytes) = (stamp, 15);
        }
    }

    // The thread that wrote the word last, and its warp's clock then. The copy engine is one warp more than the block has.
    public (int Thread, uint Clock) LastWrite(ulong address)
    {
        ref ShadowWord shadow = ref _shadow[address >> 2];
        return ((ushort)shadow.Write, (uint)(shadow.Write >> 32));
    }

    private void Word(
        Warp warp, Instruction* instruction, int lane, int at, int mask, bool write, ulong stamp, byte* value)
    {
        ShadowWord* shadow = _words + (at >> 2);
        if (shadow->Block != _serial) *shadow = new ShadowWord { Block = _serial };
        if (shadow->Pending != 0)
            throw warp.FaultAt(FaultKind.MissingWait, instruction, lane,
                $"{Kind(write)} of shared memory at +{at}, to which a copy is under way");
        if ((shadow->WriteBytes & mask) != 0 && Conflicts(warp, shadow->Write, stamp) && !(write && SameValue(value, at, mask)))
            throw Race(warp, instruction, lane, at, write, "written", shadow->Write);
        if (!write)
        {
            if ((shadow->Written & mask) != mask)
                throw warp.FaultAt(FaultKind.Uninitialised, instruction, lane,
                    $"read of shared memory at +{at}, which was never written");
            Read(shadow, mask, stamp);
            return;
        }

        if ((shadow->ReadBytes & mask) != 0 && Conflicts(warp, shadow->Read, stamp) && !SameValue(value, at, mask))
            throw Race(warp, instruction, lane, at, write, "read", shadow->Read);
        if ((shadow->OtherReadBytes & mask) != 0 && Conflicts(warp, shadow->OtherRead, stamp) && !SameValue(value, at, mask))
            throw Race(warp, instruction, lane, at, write, "read", shadow->OtherRead);
        shadow->WriteBytes = (byte)(shadow->Write == stamp ? shadow->WriteBytes | mask : mask);
        shadow->Write = stamp;
        shadow->State |= (byte)mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read(ShadowWord* shadow, int mask, ulong stamp)
    {
        if (shadow->Read == stamp)
        {
            shadow->ReadBytes |= (byte)mask;
            return;
        }

        if (shadow->ReadBytes != 0 && (ushort)shadow->Read >> 5 != (ushort)stamp >> 5)
            (shadow->OtherRead, shadow->OtherReadBytes) = (shadow->Read, shadow->ReadBytes);
        (shadow->Read, shadow->ReadBytes) = (stamp, (byte)mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Conflicts(Warp warp, ulong earlier, ulong now)
    {
        if ((ushort)earlier == (ushort)now || (earlier & now & AtomicBit) != 0) return false;
        int other = (ushort)earlier >> 5;
        uint clock = (uint)(earlier >> 32);
        return other == warp.Index ? clock == (uint)(now >> 32) : !_block.Clocks.Knows(warp.Index, other, clock);
    }

    private bool SameValue(byte* value, int at, int mask)
    {
        if (value == null) return false;
        for (int bit = at & 3, i = 0; bit < 4; bit++, i++)
            if ((mask >> bit & 1) != 0 && value[i] != Host[at + i]) return false;
        return true;
    }

    private static string Kind(bool write) => write ? "write" : "read";

    private PtxFaultException OutOfBounds(Warp warp, Instruction* instruction, int lane, ulong address, int bytes, bool write) =>
        warp.FaultAt(FaultKind.OutOfBounds, instruction, lane,
            $"shared memory {Kind(write)} of {bytes} bytes at +{address}: the block has {Length} bytes");

    private static PtxFaultException Race(
        Warp warp, Instruction* instruction, int lane, int at, bool write, string verb, ulong earlier) =>
        warp.FaultAt(FaultKind.Race, instruction, lane,
            $"shared memory race: {Kind(write)} at +{at}, {verb} by thread {(ushort)earlier} with nothing that orders them");
}

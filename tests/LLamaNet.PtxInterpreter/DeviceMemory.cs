using System.Runtime.InteropServices;
using LLamaNet.PtxInterpreter.Memory;

namespace LLamaNet.PtxInterpreter;

// Global memory of one device. Addresses are the same in every run and are never given out twice, and a gap follows each
// allocation, so an address outside its allocation is always found.
internal sealed unsafe class DeviceMemory(long totalBytes = 8L << 30)
{
    private const ulong FirstAddress = 0x7_0000_0000;
    private const ulong Alignment = 256;

    // Sorted by address. Freed allocations give back their bytes and stay as a name for error messages.
    private readonly List<Allocation> _allocations = [];
    private ulong _next = FirstAddress;

    public long TotalBytes { get; } = totalBytes;

    public long UsedBytes { get; private set; }

    public long FreeBytes => TotalBytes - UsedBytes;

    // Launches that worked on this memory so far, by any executor: what stores are marked with.
    internal uint Launches { get; set; }

    // Returns a multiple of 256.
    // Throws InsufficientMemoryException: the device has too little left.
    public ulong Allocate(long bytes) => Allocate(bytes, readOnly: false).Start;

    public void Free(ulong address)
    {
        int index = IndexOf(address);
        if (index < 0 || _allocations[index].Start != address || _allocations[index].Freed)
            throw new ArgumentException($"0x{address:x} is not the start of an allocation.", nameof(address));
        UsedBytes -= _allocations[index].Length;
        _allocations[index] = new Allocation(address, 0) { Freed = true };
    }

    public void CopyIn(ulong destination, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        Allocation to = Range(destination, source.Length, nameof(destination));
        source.CopyTo(new(to.Host + (destination - to.Start), source.Length));
        to.MarkRange((long)(destination - to.Start), source.Length);
    }

    // Unwritten bytes come out as 0xFF.
    public void CopyOut(ulong source, Span<byte> destination)
    {
        if (destination.IsEmpty) return;
        Allocation from = Range(source, destination.Length, nameof(source));
        long offset = (long)(source - from.Start);
        new ReadOnlySpan<byte>(from.Host + offset, destination.Length).CopyTo(destination);
        if (from.AllWritten) return;
        for (int i = 0; i < destination.Length; i++)
            if (!from.WasWritten(offset + i)) destination[i] = 0xFF;
    }

    // Copies within the device; unwritten bytes stay unwritten.
    public void Copy(ulong destination, ulong source, long bytes)
    {
        if (bytes == 0) return;
        Allocation to = Range(destination, bytes, nameof(destination));
        Allocation from = Range(source, bytes, nameof(source));
        long fromOffset = (long)(source - from.Start), toOffset = (long)(destination - to.Start);
        Buffer.MemoryCopy(from.Host + fromOffset, to.Host + toOffset, bytes, bytes);
        if (from.AllWritten) to.MarkRange(toOffset, bytes);
        else
            for (long i = 0; i < bytes; i++) to.MarkRange(toOffset + i, 1, from.WasWritten(fromOffset + i));
    }

    // Fills with a pattern of 1, 2 or 4 bytes.
    public void Fill(ulong destination, ReadOnlySpan<byte> pattern, long count)
    {
        if (count == 0) return;
        long bytes = checked(count * pattern.Length);
        Allocation to = Range(destination, bytes, nameof(destination));
        long offset = (long)(destination - to.Start);
        var filled = new Span<byte>(to.Host + offset, (int)bytes);
        switch (pattern.Length)
        {
            case 1: filled.Fill(pattern[0]); break;
            case 2: MemoryMarshal.Cast<byte, ushort>(filled).Fill(MemoryMarshal.Read<ushort>(pattern)); break;
            case 4: MemoryMarshal.Cast<byte, uint>(filled).Fill(MemoryMarshal.Read<uint>(pattern)); break;
            default: throw new ArgumentException("A pattern has 1, 2 or 4 bytes.", nameof(pattern));
        }

        to.MarkRange(offset, bytes);
    }

    // Whether all the bytes lie in one allocation.
    public bool Contains(ulong address, long bytes)
    {
        Allocation? found = Find(address);
        return found is not null && bytes >= 0 && (ulong)bytes <= found.End - address;
    }

    internal Allocation Allocate(long bytes, bool readOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        if (bytes > FreeBytes)
            throw new InsufficientMemoryException(
                $"The device has {FreeBytes} of {TotalBytes} bytes free, {bytes} were asked for.");
        var made = new Allocation(_next, bytes) { ReadOnly = readOnly };
        _allocations.Add(made);
        _next = (made.End + Alignment - 1) / Alignment * Alignment + Alignment;
        UsedBytes += bytes;
        return made;
    }

    // The allocation that holds the byte, or null.
    internal Allocation? Find(ulong address)
    {
        int index = IndexOf(address);
        return index >= 0 && address < _allocations[index].End ? _allocations[index] : null;
    }

    // Words for an access that lies in no allocation: which one is near.
    internal string Explain(ulong address, int bytes)
    {
        int index = IndexOf(address);
        if (index < 0) return $"0x{address:x} is in no allocation";
        Allocation near = _allocations[index];
        if (near.Freed) return $"0x{address:x} is {address - near.Start} bytes into memory that was freed";
        ulong past = address + (ulong)bytes - near.End;
        return past <= 1UL << 20
            ? $"{past} bytes past the end of the {near.Length}-byte allocation at 0x{near.Start:x}"
            : $"0x{address:x} is in no allocation";
    }

    // The last allocation that starts at or before the address.
    private int IndexOf(ulong address)
    {
        int low = 0, high = _allocations.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_allocations[middle].Start <= address) low = middle + 1;
            else high = middle - 1;
        }

        return high;
    }

    private Allocation Range(ulong address, long bytes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Allocation? found = Find(address);
        if (found is null || (ulong)bytes > found.End - address)
            throw new ArgumentOutOfRangeException(name,
                $"{bytes} bytes at 0x{address:x}: {Explain(address, (int)Math.Min(bytes, int.MaxValue))}.");
        return found;
    }
}

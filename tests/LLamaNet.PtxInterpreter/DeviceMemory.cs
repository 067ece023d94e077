using System.Runtime.InteropServices;
using LLamaNet.PtxInterpreter.Memory;

namespace LLamaNet.PtxInterpreter;

/// <summary>
/// Global memory of one device. Addresses are the same in every run and are never given out twice, and a gap follows
/// each allocation, so an address outside its allocation is always found.
/// </summary>
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

    /// <summary>Launches that worked on this memory so far, by any executor: what stores are marked with.</summary>
    internal uint Launches { get; set; }

    /// <returns>A multiple of 256.</returns>
    /// <exception cref="InsufficientMemoryException">The device has too little left.</exception>
    public ulong Allocate(long bytes) => Allocate(bytes, readOnly: false).Start;

    public void Free(ulong address)
    {
        var index = IndexOf(address);
        if (index < 0 || _allocations[index].Start != address || _allocations[index].Freed)
            throw new ArgumentException($"0x{address:x} is not the start of an allocation.", nameof(address));
        UsedBytes -= _allocations[index].Length;
        _allocations[index] = new Allocation(address, 0) { Freed = true };
    }

    public void CopyIn(ulong destination, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        var to = Range(destination, source.Length, nameof(destination));
        source.CopyTo(new(to.Host + (destination - to.Start), source.Length));
        to.MarkRange((long)(destination - to.Start), source.Length);
    }

    /// <summary>Bytes that nobody has written come out as 0xFF.</summary>
    public void CopyOut(ulong source, Span<byte> destination)
    {
        if (destination.IsEmpty) return;
        var from = Range(source, destination.Length, nameof(source));
        var offset = (long)(source - from.Start);
        new ReadOnlySpan<byte>(from.Host + offset, destination.Length).CopyTo(destination);
        if (from.AllWritten) return;
        for (var i = 0; i < destination.Length; i++)
            if (!from.WasWritten(offset + i)) destination[i] = 0xFF;
    }

    /// <summary>Copies within the device; bytes that nobody has written stay so.</summary>
    public void Copy(ulong destination, ulong source, long bytes)
    {
        if (bytes == 0) return;
        var to = Range(destination, bytes, nameof(destination));
        var from = Range(source, bytes, nameof(source));
        long fromOffset = (long)(source - from.Start), toOffset = (long)(destination - to.Start);
        Buffer.MemoryCopy(from.Host + fromOffset, to.Host + toOffset, bytes, bytes);
        if (from.AllWritten) to.MarkRange(toOffset, bytes);
        else
            for (long i = 0; i < bytes; i++) to.MarkRange(toOffset + i, 1, from.WasWritten(fromOffset + i));
    }

    /// <summary>Fills with a pattern of 1, 2 or 4 bytes.</summary>
    public void Fill(ulong destination, ReadOnlySpan<byte> pattern, long count)
    {
        if (count == 0) return;
        var bytes = checked(count * pattern.Length);
        var to = Range(destination, bytes, nameof(destination));
        var offset = (long)(destination - to.Start);
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

    /// <summary>Whether all the bytes lie in one allocation.</summary>
    public bool Contains(ulong address, long bytes)
    {
        var found = Find(address);
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

    /// <summary>The allocation that holds the byte, or null.</summary>
    internal Allocation? Find(ulong address)
    {
        var index = IndexOf(address);
        return index >= 0 && address < _allocations[index].End ? _allocations[index] : null;
    }

    /// <summary>Words for an access that lies in no allocation: which one is near.</summary>
    internal string Explain(ulong address, int bytes)
    {
        var index = IndexOf(address);
        if (index < 0) return $"0x{address:x} is in no allocation";
        var near = _allocations[index];
        if (near.Freed) return $"0x{address:x} is {address - near.Start} bytes into memory that was freed";
        var past = address + (ulong)bytes - near.End;
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
            var middle = (low + high) / 2;
            if (_allocations[middle].Start <= address) low = middle + 1;
            else high = middle - 1;
        }

        return high;
    }

    private Allocation Range(ulong address, long bytes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var found = Find(address);
        if (found is null || (ulong)bytes > found.End - address)
            throw new ArgumentOutOfRangeException(name,
                $"{bytes} bytes at 0x{address:x}: {Explain(address, (int)Math.Min(bytes, int.MaxValue))}.");
        return found;
    }
}

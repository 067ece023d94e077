namespace LLamaNet.PtxInterpreter.Hopper;

// The 64 bits of an mbarrier. A phase ends when as many arrivals have come as each phase expects and all announced bytes have
// been copied; the next begins at once.
internal struct TransactionBarrier
{
    // Most arrivals of a phase, and most bytes that may be under way.
    public const int Maximum = (1 << 20) - 1;

    // From the lowest bit: arrivals a phase expects (20), arrivals still missing (20), bytes still missing + 2^20 (21), phase
    // (1), and a mark that a barrier has been made here (2).
    private const ulong Made = 2;

    public TransactionBarrier(ulong bits) => Bits = bits;

    public ulong Bits { get; private set; }

    public static TransactionBarrier Create(int arrivals) =>
        new(Made << 62 | 1UL << 60 | (ulong)(uint)arrivals << 20 | (uint)arrivals);

    public readonly bool IsMade => Bits >> 62 == Made;

    public readonly int Expected => (int)(Bits & Maximum);

    public readonly int Missing => (int)(Bits >> 20 & Maximum);

    public readonly int MissingBytes => (int)(Bits >> 40 & 0x1FFFFF) - (1 << 20);

    // The running phase modulo 2.
    public readonly int Parity => (int)(Bits >> 61 & 1);

    // Returns what is wrong, or null.
    public string? Arrive(int count)
    {
        if (count > Missing) return $"{count} arrivals where the phase misses {Missing}";
        Set(Missing - count, MissingBytes, Parity);
        return null;
    }

    // Announces bytes (positive), or says that they have come (negative).
    public string? Expect(int bytes)
    {
        if (Math.Abs((long)MissingBytes + bytes) > Maximum)
            return $"{(long)MissingBytes + bytes} bytes under way: at most 2^20 - 1 are allowed";
        Set(Missing, MissingBytes + bytes, Parity);
        return null;
    }

    // Whether the phase with this parity has ended: it is not the running one.
    public readonly bool HasEnded(int parity) => Parity != parity;

    private void Set(int missing, int missingBytes, int parity)
    {
        if (missing == 0 && missingBytes == 0) (missing, parity) = (Expected, parity ^ 1);
        Bits = Made << 62 | (ulong)(uint)parity << 61 | (ulong)(uint)(missingBytes + (1 << 20)) << 40
            | (ulong)(uint)missing << 20 | (uint)Expected;
    }
}

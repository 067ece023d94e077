namespace LLamaNet.PtxInterpreter.Memory;

/// <summary>
/// What is known about four bytes of shared memory. A stamp is the warp's clock, whether atomic, and the thread.
/// </summary>
internal struct ShadowWord
{
    /// <summary>The <see cref="State"/> when all four bytes are there and no copy is under way.</summary>
    public const byte AllWritten = 15;

    /// <summary>What a copy under way adds to <see cref="State"/>.</summary>
    public const byte OneCopy = 16;

    /// <summary>The last write, the last read, and the last read by another warp than that.</summary>
    public ulong Write;
    public ulong Read;
    public ulong OtherRead;

    /// <summary>Serial number of the block that the rest belongs to: other blocks start anew.</summary>
    public uint Block;

    /// <summary>Which of the four bytes a stamp covers, a bit each.</summary>
    public byte WriteBytes;
    public byte ReadBytes;
    public byte OtherReadBytes;

    /// <summary>Bytes that have been written: bits 0 to 3. Copies under way to any of the bytes: bits 4 to 7.</summary>
    public byte State;

    public readonly int Written => State & 15;

    public readonly int Pending => State >> 4;
}

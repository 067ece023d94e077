namespace LLamaNet.PtxInterpreter.Memory;

// What is known about four bytes of shared memory. A stamp is the warp's clock, whether atomic, and the thread.
internal struct ShadowWord
{
    // The State when all four bytes are there and no copy is under way.
    public const byte AllWritten = 15;

    // What a copy under way adds to State.
    public const byte OneCopy = 16;

    // The last write, the last read, and the last read by another warp than that.
    public ulong Write;
    public ulong Read;
    public ulong OtherRead;

    // Serial number of the block that the rest belongs to: other blocks start anew.
    public uint Block;

    // Which of the four bytes a stamp covers, a bit each.
    public byte WriteBytes;
    public byte ReadBytes;
    public byte OtherReadBytes;

    // Bytes that have been written: bits 0 to 3. Copies under way to any of the bytes: bits 4 to 7.
    public byte State;

    public readonly int Written => State & 15;

    public readonly int Pending => State >> 4;
}

using LLamaNet.Backends.Cpu.Memory;

namespace LLamaNet.Backends.Cpu.Products;

// The activations of one matrix product as the kernels read them: for each group of up to GroupTokens tokens, [steps][tokens]
// records, so that a step's records of all its tokens lie together. Grows to the largest product and is then reused.
internal sealed unsafe class ActivationRecords(int stepLength, int recordBytes, MemoryCount memory) : IDisposable
{
    private NativeBlock? _block;
    private int _steps;

    public int StepLength => stepLength;

    public int Tokens { get; private set; }

    public int Groups => (Tokens + TileKernel.GroupTokens - 1) / TileKernel.GroupTokens;

    public static long Bytes(int tokens, int width, int stepLength, int recordBytes) =>
        (long)tokens * Steps(width, stepLength) * recordBytes;

    public void Resize(int tokens, int width)
    {
        Tokens = tokens;
        _steps = Steps(width, stepLength);
        long bytes = Bytes(tokens, width, stepLength, recordBytes);
        if (_block is { } block && block.Bytes >= bytes) return;
        _block?.Dispose();
        _block = new NativeBlock(bytes, memory);
    }

    public int TokensOf(int group) => Math.Min(TileKernel.GroupTokens, Tokens - group * TileKernel.GroupTokens);

    public byte* Group(int group) => (byte*)_block!.Pointer + (long)group * TileKernel.GroupTokens * _steps * recordBytes;

    public void Dispose() => _block?.Dispose();

    private static int Steps(int width, int stepLength) => (width + stepLength - 1) / stepLength;
}

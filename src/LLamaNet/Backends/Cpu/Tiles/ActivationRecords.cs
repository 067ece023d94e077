namespace LLamaNet.Backends.Cpu.Tiles;

// The activations of one matrix product as the kernels read them: for each group of up to MaxTokens tokens, [steps][tokens]
// records, so that a step's records of all its tokens lie together. Grows to the largest product and is then reused.
internal sealed unsafe class ActivationRecords(int stepLength, int recordBytes) : IDisposable
{
    private NativeBlock? _block;
    private int _steps;

    public int StepLength => stepLength;

    public int Tokens { get; private set; }

    public int Groups => (Tokens + TileKernel.MaxTokens - 1) / TileKernel.MaxTokens;

    public void Resize(int tokens, int width)
    {
        Tokens = tokens;
        _steps = (width + stepLength - 1) / stepLength;
        long bytes = (long)tokens * _steps * recordBytes;
        if (_block is { } block && block.Bytes >= bytes) return;
        _block?.Dispose();
        _block = new NativeBlock(bytes);
    }

    public int TokensOf(int group) => Math.Min(TileKernel.MaxTokens, Tokens - group * TileKernel.MaxTokens);

    public byte* Group(int group) => (byte*)_block!.Pointer + (long)group * TileKernel.MaxTokens * _steps * recordBytes;

    public void Dispose() => _block?.Dispose();
}

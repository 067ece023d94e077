namespace LLamaNet.Backends.Cpu.Products;

// The making of records, shared out in runs of steps of one group of tokens, of about 16384 activations each.
internal readonly struct ActivationSplit
{
    private const int ValuesPerChunk = 16384;

    private readonly int _steps;
    private readonly int _stepsPerChunk;
    private readonly int _chunksPerGroup;

    public ActivationSplit(ActivationRecords records, int width)
    {
        _steps = (width + records.StepLength - 1) / records.StepLength;
        int tokens = Math.Min(records.Tokens, TileKernel.GroupTokens);
        _stepsPerChunk = Math.Max(1, ValuesPerChunk / (tokens * records.StepLength));
        _chunksPerGroup = (_steps + _stepsPerChunk - 1) / _stepsPerChunk;
        Chunks = records.Groups * _chunksPerGroup;
    }

    public int Chunks { get; }

    public int Group(int chunk) => chunk / _chunksPerGroup;

    public int FirstStep(int chunk) => chunk % _chunksPerGroup * _stepsPerChunk;

    public int EndStep(int chunk) => Math.Min(_steps, FirstStep(chunk) + _stepsPerChunk);
}

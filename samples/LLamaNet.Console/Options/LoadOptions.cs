using System.CommandLine;

namespace LLamaNet.Console.Options;

// How a model is loaded: the options that every command with a model shares.
internal sealed class LoadOptions
{
    private readonly DeviceOption _device = new();
    private readonly NumberOption<int> _threads = new("--threads", "CPU threads (default: physical cores)", 1, 1024);
    private readonly NumberOption<int> _context = new(
        "--context", "Tokens of prompt and answer together (default: the model's, at most 4096)", 1, 1 << 24);

    private readonly TypeOption _kvType = new(
        "--kv-type", "Format of the key/value cache (default: F16 on a GPU and for quantized weights, else F32)",
        TypeOption.KvCache, "--kv-cache-type");

    private readonly NumberOption<int> _sequences = new(
        "--max-sequences", "Sequences computed together, for which memory is kept (default 16)", 1, 4096);

    private readonly NumberOption<int> _prefillChunk = new(
        "--prefill-chunk", "Tokens of prompts computed in one step (default: 256 on a CPU, 1024 on a GPU)", 1, 1 << 16);

    public TypeOption WeightType { get; } = new("--weight-type", "Convert the matrices while loading", TypeOption.Weights);

    // Commands with lists of threads, or a meaning of their own for the context or the sequences, leave these out.
    public void AddTo(Command command, bool threads = true, bool context = true, bool sequences = true)
    {
        command.Add(_device);
        if (threads) command.Add(_threads);
        if (context) command.Add(_context);
        command.Add(_kvType);
        if (sequences) command.Add(_sequences);
        command.Add(_prefillChunk);
        command.Add(WeightType);
    }

    public ModelOptions Bind(ParseResult parsed)
    {
        var defaults = new ModelOptions();
        return new ModelOptions
        {
            Device = parsed.GetValue(_device) ?? defaults.Device,
            Threads = parsed.GetValue(_threads),
            ContextLength = parsed.GetValue(_context),
            KvCacheType = parsed.GetValue(_kvType),
            MaxSequences = parsed.GetValue(_sequences) ?? defaults.MaxSequences,
            PrefillChunk = parsed.GetValue(_prefillChunk),
            WeightType = parsed.GetValue(WeightType),
        };
    }
}

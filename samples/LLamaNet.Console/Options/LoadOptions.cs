using System.CommandLine;

namespace LLamaNet.Console.Options;

// How a model is loaded: the options that every command with a model shares.
internal sealed class LoadOptions
{
    private readonly DeviceOption _device = new();
    private readonly NumberOption<int> _threads = new("--threads", "CPU threads (default: physical cores)", 1, 1024);
    private readonly NumberOption<int> _context = new("--context", "Tokens of prompt and answer together (default: the model's, at most 4096)", 1, 1 << 24);
    private readonly TypeOption _kvType = new("--kv-type", "Format of the key/value cache (default: F16 on a GPU and for quantized weights, else F32)", TypeOption.KvCache);

    public TypeOption WeightType { get; } = new("--weight-type", "Convert the matrices while loading", TypeOption.Weights);

    // Commands with lists of threads, or a meaning of their own for the context, leave these two out.
    public void AddTo(Command command, bool threads = true, bool context = true)
    {
        command.Add(_device);
        if (threads) command.Add(_threads);
        if (context) command.Add(_context);
        command.Add(_kvType);
        command.Add(WeightType);
    }

    public ModelOptions Bind(ParseResult parsed)
    {
        return new ModelOptions
        {
            Device = parsed.GetValue(_device) ?? Device.Auto,
            Threads = parsed.GetValue(_threads),
            ContextLength = parsed.GetValue(_context),
            KvCacheType = parsed.GetValue(_kvType),
            WeightType = parsed.GetValue(WeightType),
        };
    }
}

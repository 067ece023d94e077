using System.CommandLine;
using LLamaNet.Console.Measurement;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class BenchCommand : Command
{
    private const ulong WeightSeed = 1;

    private readonly Terminal _terminal;
    private readonly ModelOrShapeOptions _subject = new(
        ModelArgument.Optional(), "Instead of MODEL: shapes filled with random weights", [], DType.Q4_0);

    private readonly ListOption<int> _prompt = Lists.Counts("--prompt-tokens", "Lengths of the prompts", 1, 1 << 20, 128, 512);
    private readonly ListOption<int> _context = Lists.Counts(
        "--context-tokens", "Tokens before those that are generated", 1, 1 << 20, 1);
    private readonly NumberOption<int> _generate = new(
        "--generate-tokens", "Tokens to generate (default 32; 0: none)", 0, 1 << 20);
    private readonly ListOption<int> _threads = Lists.Counts(
        "--threads", "Numbers of threads; the model is made anew for each", 1, 1024, Environment.ProcessorCount);
    private readonly NumberOption<int> _repetitions = new(
        "--repetitions", "Runs of each line, of which the best counts (default 3)", 1, 1000);
    private readonly LoadOptions _load = new();
    private readonly Option<bool> _trace = new("--trace")
    {
        Description =
            "Time each operation as well, which makes a GPU slower: GB/s, GFLOP/s and shares of what the machine can do",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array; llamanet chart draws it" };

    public BenchCommand(Terminal terminal)
        : base(
            "bench",
            "Measure speed, and its share of what this machine can do at most: read memory, and multiply in int8 (quantized "
            + "weights) or f32 (others). Reads are those of weights and of the key/value cache. Operations (GOP/s) are two for "
            + "each weight that a token takes; attention's are left out.")
    {
        _terminal = terminal;
        _subject.AddTo(this, _load);
        Add(_prompt);
        Add(_context);
        Add(_generate);
        Add(_threads);
        Add(_repetitions);
        _load.AddTo(this, threads: false, context: false, sequences: false);
        Add(_trace);
        Add(_json);
        Validators.Add(result =>
        {
            if (result.GetResult(_generate)?.GetValueOrDefault<int?>() == 1)
                result.AddError("--generate-tokens: decoding is timed from the first token to the last, so give 0, 2 or more.");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        int generate = parsed.GetValue(_generate) ?? 32, repetitions = parsed.GetValue(_repetitions) ?? 3;
        IReadOnlyList<int> prompts = _prompt.Read(parsed), contexts = _context.Read(parsed), threadCounts = _threads.Read(parsed);
        var lines = new List<BenchLine>();
        MachineCeilings? oneThread = null;
        foreach (Subject subject in Subjects(parsed))
        {
            foreach (int threads in threadCounts)
            {
                ModelOptions options = _load.Bind(parsed) with
                {
                    Threads = threads,
                    ContextLength = Math.Max(prompts.Max(), generate == 0 ? 1 : contexts.Max() + generate),
                    MaxSequences = 1,
                    Trace = parsed.GetValue(_trace),
                };
                using LlamaModel model = await subject.LoadAsync(options);
                if (model.Device.Kind == DeviceKind.Cpu) oneThread ??= MachineCeilings.Measure(threads: 1);
                var speed = new ModelSpeed(model, subject.Name, subject.Type, repetitions, threads);
                await speed.WarmUpAsync(cancellationToken);
                foreach (int tokens in prompts) Add(await speed.PrefillAsync(tokens, cancellationToken));
                if (generate == 0) continue;
                foreach (int context in contexts) Add(await speed.DecodeAsync(context, generate, cancellationToken));
            }
        }

        var report = new BenchReport(_terminal, lines, oneThread);
        if (parsed.GetValue(_json)) report.WriteJson();
        else report.WriteText();
        return 0;

        void Add(BenchLine line)
        {
            lines.Add(line);
            if (_terminal.ErrorIsPerson) _terminal.Error.WriteLine(BenchReport.OneLine(line));
        }

        IEnumerable<Subject> Subjects(ParseResult parsed)
        {
            (KnownModel Model, DType Type)[] shapes = [.. _subject.Shapes(parsed)];
            foreach ((KnownModel known, DType type) in shapes)
            {
                yield return new Subject(known.Name, type.ToString(), options => ProgressBar.RunAsync(
                    _terminal, $"Making {known.Name} {type}",
                    _ => LlamaModel.CreateRandomAsync(known.Config, type, WeightSeed, options, cancellationToken)));
            }

            if (shapes.Length > 0) yield break;
            string? path = _subject.Model(parsed);
            DType? stored = path is null ? DType.Q8_0 : StoredType.Of(LlamaModel.Inspect(path));
            DType? loaded = _load.Bind(parsed).WeightType ?? stored;
            yield return new Subject(
                path is null ? DemoModel.Name : ModelArgument.NameOf(path),
                loaded?.ToString() ?? "unknown",
                options => ModelLoader.LoadAsync(_terminal, path, options, cancellationToken));
        }
    }

    // A model to measure, made again for each number of threads so that two never take memory at once.
    private sealed record Subject(string Name, string Type, Func<ModelOptions, Task<LlamaModel>> LoadAsync);
}

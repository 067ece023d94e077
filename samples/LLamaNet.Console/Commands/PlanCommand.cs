using System.CommandLine;
using System.Globalization;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class PlanCommand : Command
{
    private static readonly int[] s_shapeContexts = [512, 2048];

    private readonly Terminal _terminal;
    private readonly ModelOrShapeOptions _subject = new(
        ModelArgument.None(), "Instead of MODEL: shapes", KnownModel.Paper,
        DType.F16, DType.Q8_0, DType.Q6_K, DType.Q5_K, DType.Q4_K, DType.Q4_0);

    private readonly ListOption<int> _context = Lists.Counts(
        "--context",
        "Tokens of prompt and answer together (default: of a MODEL its own, at most 4096; of shapes "
            + $"{string.Join(',', s_shapeContexts)})",
        1, 1 << 24);

    private readonly LoadOptions _load = new();
    private readonly ListOption<MemorySize> _memory = Lists.Memories(
        "--memory", "Memory of devices, such as 24GB,80GiB: show what fits (default: what is free on the GPU, if there is one)");

    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public PlanCommand(Terminal terminal)
        : base("plan", "Show the memory that loading takes with the same options, to the byte in --json, and whether it fits.")
    {
        _terminal = terminal;
        _subject.AddTo(this, _load);
        Add(_context);
        _load.AddTo(this, context: false);
        Add(_memory);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        ModelOptions options = _load.Bind(parsed);
        IReadOnlyList<MemorySize> memories = _memory.Read(parsed);
        // Memory that is given is that of a card.
        if (memories.Count > 0 && options.Device == Device.Auto) options = options with { Device = Device.Cuda() };
        Row[] rows = [.. Rows(parsed, options)];
        if (memories.Count == 0) memories = FreeMemories(options.Device, rows[0].Plan.Device);
        if (parsed.GetValue(_json)) WriteJson(rows, memories);
        else WriteTable(rows, memories);
        return 0;
    }

    private IEnumerable<Row> Rows(ParseResult parsed, ModelOptions options)
    {
        IReadOnlyList<int> contexts = _context.Read(parsed);
        if (_subject.Model(parsed) is { } path)
        {
            CheckpointSummary summary = LlamaModel.Inspect(path);
            _terminal.Warn(summary.Warnings);
            string type = (options.WeightType ?? StoredType.Of(summary))?.ToString() ?? "unknown";
            foreach (int? context in contexts.Count > 0 ? contexts.Select(context => (int?)context) : [null])
            {
                MemoryPlan plan = LlamaModel.Plan(path, options with { ContextLength = context });
                yield return new Row(ModelArgument.NameOf(path), type, summary.Config!.ParameterCount, plan);
            }
        }

        foreach ((KnownModel model, DType type) in _subject.Shapes(parsed))
        {
            foreach (int context in contexts.Count > 0 ? contexts : s_shapeContexts)
            {
                MemoryPlan plan = LlamaModel.Plan(model.Config, type, options with { ContextLength = context });
                yield return new Row(model.Name, type.ToString(), model.Config.ParameterCount, plan);
            }
        }
    }

    // Of the devices that are planned for; the memory of the CPU changes too fast to say what fits.
    private static List<MemorySize> FreeMemories(Device asked, DeviceKind planned)
    {
        var free = new List<MemorySize>();
        if (planned == DeviceKind.Cpu) return free;
        foreach (DeviceDescription found in Device.List())
        {
            if (found.Device.Kind != planned || found.Refusal is not null) continue;
            if (asked.Kind != DeviceKind.Auto && found.Device != asked) continue;
            try
            {
                long bytes = found.Device.ReadFreeBytes();
                free.Add(new MemorySize(bytes, $"{found.Device}, {Quantities.Bytes(bytes)} free"));
            }
            catch (DeviceException) when (asked.Kind == DeviceKind.Auto)
            {
                // Another program may have it to itself.
            }
        }

        return free;
    }

    private void WriteTable(Row[] rows, IReadOnlyList<MemorySize> memories)
    {
        var columns = new Columns(
        [
            "model", "type", "context>", "kv type", "weights>", "kv cache>", "scratch>", "total>",
            .. memories.Select(memory => $"fits {memory}"),
        ]);
        foreach (Row row in rows)
        {
            MemoryPlan plan = row.Plan;
            columns.Add(
            [
                row.Model, row.Type, plan.ContextLength.ToString(CultureInfo.InvariantCulture), plan.KvCacheType.ToString(),
                Quantities.Bytes(plan.WeightBytes), Quantities.Bytes(plan.KvCacheBytes), Quantities.Bytes(plan.ScratchBytes),
                Quantities.Bytes(plan.TotalBytes), .. memories.Select(memory => row.Fits(memory) ? "yes" : "no"),
            ]);
        }

        columns.Write(_terminal);
    }

    private void WriteJson(Row[] rows, IReadOnlyList<MemorySize> memories)
    {
        Json.Write(_terminal, json =>
        {
            json.WriteStartArray();
            foreach (Row row in rows)
            {
                json.WriteStartObject();
                json.WriteString("model", row.Model);
                json.WriteString("type", row.Type);
                json.WriteNumber("context", row.Plan.ContextLength);
                json.WriteString("kvType", row.Plan.KvCacheType.ToString());
                json.WriteString("device", Json.Name(row.Plan.Device));
                json.WriteNumber("parameters", row.Parameters);
                Json.WriteMemory(json, row.Plan);
                json.WriteStartObject("fits");
                foreach (MemorySize memory in memories) json.WriteBoolean(memory.Text, row.Fits(memory));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private sealed record Row(string Model, string Type, long Parameters, MemoryPlan Plan)
    {
        public bool Fits(MemorySize memory) => Plan.TotalBytes <= memory.Bytes;
    }
}

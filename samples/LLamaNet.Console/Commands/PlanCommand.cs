using System.CommandLine;
using System.Globalization;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class PlanCommand : Command
{
    private readonly Terminal _terminal;
    private readonly ListOption<KnownModel> _config = Lists.Models("--config", "Model sizes", [.. KnownModel.Paper]);
    private readonly ListOption<DType> _type = Lists.Types(
        "--type", "Formats of the weights", DType.F16, DType.Q8_0, DType.Q6_K, DType.Q5_K, DType.Q4_K, DType.Q4_0);
    private readonly ListOption<int> _context = Lists.Counts("--context", "Tokens of prompt and answer together", 1, 1 << 24, 512, 2048);
    private readonly TypeOption _kvType = new("--kv-type", "Format of the key/value cache (default: F16 on a GPU and for quantized weights, else F32)", TypeOption.KvCache);
    private readonly DeviceOption _device = new();
    private readonly ListOption<MemorySize> _memory = Lists.Memories(
        "--memory", "Memory of devices, such as 24GB,80GiB: show what fits (default: what is free on the GPU, if there is one)");
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public PlanCommand(Terminal terminal)
        : base("plan", "Show the memory that models take, by size, weight format and context, and whether it fits.")
    {
        _terminal = terminal;
        Add(_config);
        Add(_type);
        Add(_context);
        Add(_kvType);
        Add(_device);
        Add(_memory);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        (bool onGpu, IReadOnlyList<MemorySize> memories) = Device(parsed);
        DType? wantedKvType = parsed.GetValue(_kvType);
        Row[] rows =
        [
            .. from model in _config.Read(parsed)
               from type in _type.Read(parsed)
               from context in _context.Read(parsed)
               let kvType = wantedKvType ?? (onGpu ? DType.F16 : DefaultKvType(type))
               let options = new ModelOptions
               {
                   Device = onGpu ? LLamaNet.Device.Cuda() : LLamaNet.Device.Cpu,
                   ContextLength = context,
                   KvCacheType = kvType,
                   MaxSequences = 1,
               }
               select new Row(model, type, context, kvType, LlamaModel.Plan(model.Config, type, options)),
        ];
        if (parsed.GetValue(_json)) WriteJson(rows, memories);
        else WriteTable(rows, memories);
        return 0;
    }

    // Plans for a GPU where one is asked for, or a card's memory is given, or one is here.
    private (bool OnGpu, IReadOnlyList<MemorySize> Memories) Device(ParseResult parsed)
    {
        IReadOnlyList<MemorySize> memories = _memory.Read(parsed);
        Device device = parsed.GetValue(_device) ?? LLamaNet.Device.Auto;
        if (device.Kind == DeviceKind.Cpu) return (false, memories);
        if (memories.Count > 0) return (true, memories);
        var free = new List<MemorySize>();
        foreach (DeviceDescription gpu in LLamaNet.Device.List())
        {
            if (gpu.Device.Kind != DeviceKind.Cuda || gpu.Refusal is not null || device.Kind == DeviceKind.Cuda && gpu.Device != device) continue;
            try
            {
                long bytes = gpu.Device.ReadFreeBytes();
                free.Add(new MemorySize(bytes, $"cuda:{gpu.Device.Ordinal}, {Words.Bytes(bytes)} free"));
            }
            catch (CudaException) when (device.Kind == DeviceKind.Auto)
            {
                // Another program may have it to itself.
            }
        }

        return (device.Kind == DeviceKind.Cuda || free.Count > 0, free);
    }

    // What loading a model on the CPU takes when it is not told.
    private static DType DefaultKvType(DType weights) => weights is DType.F32 or DType.F16 or DType.BF16 ? DType.F32 : DType.F16;

    private void WriteTable(Row[] rows, IReadOnlyList<MemorySize> memories)
    {
        var columns = new Columns(
        [
            "model", "type", "context>", "kv type", "weights>", "kv cache>", "scratch>", "total>",
            .. memories.Select(memory => $"fits {memory}"),
        ]);
        foreach (Row row in rows)
        {
            columns.Add(
            [
                row.Model.Name, row.Type.ToString(), row.Context.ToString(CultureInfo.InvariantCulture), row.KvType.ToString(),
                Words.Bytes(row.Plan.WeightBytes), Words.Bytes(row.Plan.KvCacheBytes), Words.Bytes(row.Plan.ScratchBytes),
                Words.Bytes(row.Plan.TotalBytes), .. memories.Select(memory => row.Fits(memory) ? "yes" : "no"),
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
                json.WriteString("model", row.Model.Name);
                json.WriteString("type", row.Type.ToString());
                json.WriteNumber("context", row.Context);
                json.WriteString("kvType", row.KvType.ToString());
                json.WriteNumber("parameters", row.Model.Config.ParameterCount);
                Json.WriteMemory(json, row.Plan);
                json.WriteStartObject("fits");
                foreach (MemorySize memory in memories) json.WriteBoolean(memory.Text, row.Fits(memory));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private sealed record Row(KnownModel Model, DType Type, int Context, DType KvType, MemoryPlan Plan)
    {
        public bool Fits(MemorySize memory) => Plan.TotalBytes <= memory.Bytes;
    }
}

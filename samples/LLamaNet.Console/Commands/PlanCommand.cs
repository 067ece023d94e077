using System.CommandLine;
using System.Globalization;
using LLamaNet.Runner.Options;
using LLamaNet.Runner.Output;

namespace LLamaNet.Runner.Commands;

internal sealed class PlanCommand : Command
{
    private readonly Terminal _terminal;
    private readonly ListOption<KnownModel> _config = Lists.Models("--config", "Model sizes", [.. KnownModel.Paper]);
    private readonly ListOption<DType> _type = Lists.Types(
        "--type", "Formats of the weights", DType.F16, DType.Q8_0, DType.Q6_K, DType.Q5_K, DType.Q4_K, DType.Q4_0);
    private readonly ListOption<int> _context = Lists.Counts("--context", "Tokens of prompt and answer together", 1, 1 << 24, 512, 2048);
    private readonly TypeOption _kvType = new("--kv-type", "Format of the key/value cache (default F16)", TypeOption.KvCache);
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public PlanCommand(Terminal terminal)
        : base("plan", "Show the memory that models take, by size, weight format and context.")
    {
        _terminal = terminal;
        Add(_config);
        Add(_type);
        Add(_context);
        Add(_kvType);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        DType kvType = parsed.GetValue(_kvType) ?? DType.F16;
        Row[] rows =
        [
            .. from model in _config.Read(parsed)
               from type in _type.Read(parsed)
               from context in _context.Read(parsed)
               let options = new ModelOptions { ContextLength = context, KvCacheType = kvType, MaxSequences = 1 }
               select new Row(model, type, context, LlamaModel.Plan(model.Config, type, options)),
        ];
        if (parsed.GetValue(_json)) WriteJson(rows, kvType);
        else WriteTable(rows);
        return 0;
    }

    private void WriteTable(Row[] rows)
    {
        var columns = new Columns("model", "type", "context>", "weights>", "kv cache>", "scratch>", "total>");
        foreach (Row row in rows)
        {
            columns.Add(
                row.Model.Name, row.Type.ToString(), row.Context.ToString(CultureInfo.InvariantCulture), Words.Bytes(row.Plan.WeightBytes),
                Words.Bytes(row.Plan.KvCacheBytes), Words.Bytes(row.Plan.ScratchBytes), Words.Bytes(row.Plan.TotalBytes));
        }

        columns.Write(_terminal);
    }

    private void WriteJson(Row[] rows, DType kvType)
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
                json.WriteString("kvType", kvType.ToString());
                json.WriteNumber("parameters", row.Model.Config.ParameterCount);
                Json.WriteMemory(json, row.Plan);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private sealed record Row(KnownModel Model, DType Type, int Context, MemoryPlan Plan);
}

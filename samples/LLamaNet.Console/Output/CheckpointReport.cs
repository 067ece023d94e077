using System.Globalization;
using System.Text.Json;

namespace LLamaNet.Console.Output;

internal static class CheckpointReport
{
    public static void WriteText(Terminal terminal, CheckpointSummary summary, DType? type, MemoryPlan? plan)
    {
        TextWriter writer = terminal.Out;
        writer.WriteLine($"file       {Printable(summary.Path)}");
        writer.WriteLine($"container  {summary.Container}");
        writer.WriteLine($"tokenizer  {Printable(summary.Tokenizer ?? "none")}");
        if (summary.Config is null) writer.WriteLine($"model      {Printable(summary.ConfigProblem ?? "none")}");
        else WriteConfig(writer, summary.Config);
        if (plan is not null)
            writer.WriteLine($"memory     {Quantities.Memory(plan)} as {type} with the default context");

        writer.WriteLine();
        writer.WriteLine($"{summary.Metadata.Count} metadata entries");
        foreach ((string key, string value) in summary.Metadata) writer.WriteLine($"  {Printable(key)} = {Printable(value)}");
        writer.WriteLine();
        writer.WriteLine(
            $"{summary.Tensors.Count} tensors, {Quantities.Bytes(summary.Tensors.Sum(tensor => (double)tensor.Bytes))}");
        if (summary.Tensors.Count == 0) return;
        var columns = new Columns("name", "type", "shape", "bytes>");
        foreach (TensorSummary tensor in summary.Tensors)
            columns.Add(
                Printable(tensor.Name), tensor.Type, $"[{string.Join(", ", tensor.Shape)}]",
                tensor.Bytes.ToString(CultureInfo.InvariantCulture));
        columns.Write(terminal);
    }

    public static void WriteJson(Terminal terminal, CheckpointSummary summary, MemoryPlan? plan)
    {
        Json.Write(terminal, json =>
        {
            json.WriteStartObject();
            json.WriteString("path", summary.Path);
            json.WriteString("container", summary.Container);
            WriteConfig(json, summary.Config);
            json.WriteString("configProblem", summary.ConfigProblem);
            json.WriteString("tokenizer", summary.Tokenizer);
            if (plan is null)
            {
                json.WriteNull("memory");
            }
            else
            {
                json.WriteStartObject("memory");
                Json.WriteMemory(json, plan);
                json.WriteEndObject();
            }

            json.WriteStartArray("warnings");
            foreach (string warning in summary.Warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
            json.WriteStartObject("metadata");
            foreach ((string key, string value) in summary.Metadata) json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteStartArray("tensors");
            foreach (TensorSummary tensor in summary.Tensors)
            {
                json.WriteStartObject();
                json.WriteString("name", tensor.Name);
                json.WriteString("type", tensor.Type);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteNumber("bytes", tensor.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteConfig(TextWriter writer, LlamaConfig config)
    {
        writer.WriteLine(Quantities.Invariant(
            $"model      {config.ParameterCount / 1e6:0.0} million parameters; width {config.Width}, {config.Layers} layers, ")
            + $"{config.Heads} heads ({config.KvHeads} for keys and values) of {config.HeadDim}, "
            + $"feed-forward {config.FfnWidth}, vocabulary {config.VocabularySize}"
            + (config.TiedEmbeddings ? ", tied embeddings" : ""));
        writer.WriteLine(Quantities.Invariant(
            $"positions  context {config.ContextLength}, rope theta {config.RopeTheta}, ")
            + $"scaling {Scaling(config.RopeScaling)}, "
            + Quantities.Invariant($"norm epsilon {config.RmsNormEpsilon}"));
        string[] parts = [.. Parts(config)];
        if (parts.Length > 0) writer.WriteLine($"parts      {string.Join(", ", parts)}");
    }

    // Where the model differs from LLaMA's.
    private static IEnumerable<string> Parts(LlamaConfig config)
    {
        if (config.SlidingWindow is { } window)
        {
            yield return $"window of {window} positions"
                + (config.FullAttentionLayers.Count > 0 ? $" but in layers {config.FullAttentionLayers}" : "");
        }

        if (config.RopeDim is { } rotated) yield return $"{rotated} elements of a head rotated";
        if (config.UnrotatedLayers.Count > 0) yield return $"layers {config.UnrotatedLayers} not rotated";
        if (config.QkvBias) yield return "biases of queries, keys and values";
        if (config.AttentionOutputBias) yield return "bias of attention's output";
        if (config.FfnBias) yield return "biases of the feed-forward network";
        if (config.QueryKeyNorm) yield return "norms of heads";
        if (config.EmbeddingMultiplier != 1) yield return Quantities.Invariant($"embeddings times {config.EmbeddingMultiplier}");
        if (config.AttentionMultiplier is { } scores) yield return Quantities.Invariant($"scores times {scores}");
        if (config.ResidualMultiplier != 1) yield return Quantities.Invariant($"residuals times {config.ResidualMultiplier}");
        if (config.LogitsDivisor != 1) yield return Quantities.Invariant($"logits over {config.LogitsDivisor}");
    }

    private static void WriteConfig(Utf8JsonWriter json, LlamaConfig? config)
    {
        if (config is null)
        {
            json.WriteNull("config");
            return;
        }

        json.WriteStartObject("config");
        json.WriteNumber("width", config.Width);
        json.WriteNumber("layers", config.Layers);
        json.WriteNumber("heads", config.Heads);
        json.WriteNumber("kvHeads", config.KvHeads);
        json.WriteNumber("headDim", config.HeadDim);
        json.WriteNumber("ffnWidth", config.FfnWidth);
        json.WriteNumber("vocabularySize", config.VocabularySize);
        json.WriteNumber("contextLength", config.ContextLength);
        json.WriteNumber("rmsNormEpsilon", config.RmsNormEpsilon);
        json.WriteNumber("ropeTheta", config.RopeTheta);
        json.WriteString("ropeScaling", Scaling(config.RopeScaling));
        WriteOptional(json, "ropeDim", config.RopeDim);
        WriteLayers(json, "unrotatedLayers", config.UnrotatedLayers);
        WriteOptional(json, "slidingWindow", config.SlidingWindow);
        WriteLayers(json, "fullAttentionLayers", config.FullAttentionLayers);
        json.WriteBoolean("qkvBias", config.QkvBias);
        json.WriteBoolean("attentionOutputBias", config.AttentionOutputBias);
        json.WriteBoolean("ffnBias", config.FfnBias);
        json.WriteBoolean("queryKeyNorm", config.QueryKeyNorm);
        json.WriteNumber("embeddingMultiplier", config.EmbeddingMultiplier);
        WriteOptional(json, "attentionMultiplier", config.AttentionMultiplier);
        json.WriteNumber("residualMultiplier", config.ResidualMultiplier);
        json.WriteNumber("logitsDivisor", config.LogitsDivisor);
        json.WriteBoolean("tiedEmbeddings", config.TiedEmbeddings);
        json.WriteNumber("parameters", config.ParameterCount);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, float? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void WriteLayers(Utf8JsonWriter json, string name, LayerSet layers)
    {
        json.WriteStartArray(name);
        foreach (int layer in layers) json.WriteNumberValue(layer);
        json.WriteEndArray();
    }

    private static string Scaling(RopeScaling scaling) => scaling switch
    {
        RopeScaling.Default => "none",
        RopeScaling.Linear linear => Quantities.Invariant($"linear, factor {linear.Factor}"),
        RopeScaling.Dynamic dynamic =>
            Quantities.Invariant($"dynamic, factor {dynamic.Factor}, original context {dynamic.OriginalContextLength}"),
        RopeScaling.Yarn yarn =>
            Quantities.Invariant($"yarn, factor {yarn.Factor}, original context {yarn.OriginalContextLength}"),
        RopeScaling.Llama3 llama => Quantities.Invariant(
            $"llama3, factor {llama.Factor}, low {llama.LowFrequencyFactor}, high {llama.HighFrequencyFactor}, ")
            + $"original context {llama.OriginalContextLength}",
        RopeScaling.LongRope longRope =>
            Quantities.Invariant($"longrope, original context {longRope.OriginalContextLength}"),
        RopeScaling.FrequencyFactors factors => Quantities.Invariant($"{factors.Factors.Count} frequency factors"),
        _ => scaling.GetType().Name,
    };

    // A file's strings may hold line ends and terminal control codes.
    private static string Printable(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
}

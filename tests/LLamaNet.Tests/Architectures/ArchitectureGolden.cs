using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLamaNet.Tests.Architectures;

// Log-probabilities that other engines computed for tiny models of each architecture.
internal static class ArchitectureGolden
{
    // Folders below hf-architectures that are supported.
    public static string[] Folders { get; } =
    [
        "granite", "llama-biases", "llama-linear", "llama-yarn", "llama31-rope", "mistral-headdim-32", "mistral-window-8",
        "phi3-longrope-long", "phi3-longrope-short", "phi3-window-partial", "qwen2", "qwen2-window-off", "qwen2-window-on",
        "qwen3", "smollm3", "smollm3-own-list",
    ];

    // Files below architectures.
    public static string[] Files { get; } = ["granite", "llama_bias", "phi3", "qwen2", "qwen3", "smollm3"];

    // The folder with its configuration as transformers 5 or 4 writes it.
    public static TemporaryFolder Open(string name, int transformers)
    {
        string source = SharedData.Path($"hf-architectures/{name}");
        var folder = new TemporaryFolder();
        foreach (string file in (string[])["model.safetensors", "tokenizer.model", "tokenizer_config.json"])
            File.CreateSymbolicLink(folder[file], Path.Combine(source, file));
        string config = transformers == 5 ? "config.json" : $"config.transformers{transformers}.json";
        File.Copy(Path.Combine(source, config), folder["config.json"]);
        return folder;
    }

    // Of a folder: prompts and the log-probability of each following token.
    public static IEnumerable<(int[] Ids, double[] Next, int[] Greedy)> OfFolder(string name)
    {
        JsonNode golden = JsonNode.Parse(File.ReadAllBytes(SharedData.Path($"hf-architectures/{name}/golden.json")))!;
        foreach (JsonNode? prompt in golden["prompts"]!.AsArray())
        {
            yield return (
                prompt!["prompt_ids"].Deserialize<int[]>()!, prompt["next_logprob"].Deserialize<double[]>()!,
                prompt["greedy_ids_with_cache"].Deserialize<int[]>()!);
        }
    }

    // Of a file: prompts and the log-probabilities of all tokens behind them.
    public static IEnumerable<(int[] Ids, double[] LogProbabilities)> OfFile(string name)
    {
        JsonNode golden = JsonNode.Parse(File.ReadAllBytes(SharedData.Path($"architectures/{name}.json")))!;
        foreach (JsonNode? prompt in golden["prompts"]!.AsArray())
            yield return (prompt!["ids"].Deserialize<int[]>()!, prompt["ref64"].Deserialize<double[]>()!);
    }

    public static double[] LogSoftmax(IEnumerable<double> logits)
    {
        double[] values = [.. logits];
        double largest = values.Max(), total = values.Sum(value => Math.Exp(value - largest));
        return [.. values.Select(value => value - largest - Math.Log(total))];
    }
}

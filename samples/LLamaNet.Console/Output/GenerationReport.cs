using System.Text.Json;

namespace LLamaNet.Console.Output;

// What a finished generation was, for a program (stdout) or a person (stderr).
internal static class GenerationReport
{
    public static void WriteJson(Terminal terminal, LlamaModel model, GenerationResult result, TimeSpan loading)
    {
        Json.Write(terminal, json =>
        {
            json.WriteStartObject();
            json.WriteString("text", result.Text);
            json.WriteStartArray("ids");
            foreach (GeneratedToken token in result.Tokens) json.WriteNumberValue(token.Id);
            json.WriteEndArray();
            if (result.Tokens.Any(token => token.LogProbability is not null)) WriteLogProbabilities(json, result.Tokens);
            json.WriteNumber("promptTokens", result.PromptTokens);
            json.WriteNumber("generatedTokens", result.Tokens.Count);
            json.WriteString("finishReason", Json.Name(result.FinishReason));
            json.WriteString("stopSequence", result.StopSequence);
            json.WriteNumber("seed", result.Seed);
            json.WriteStartObject("timings");
            json.WriteNumber("loadSeconds", loading.TotalSeconds);
            json.WriteNumber("queuedSeconds", result.Timings.Queued.TotalSeconds);
            json.WriteNumber("prefillSeconds", result.Timings.Prefill.TotalSeconds);
            json.WriteNumber("decodeSeconds", result.Timings.Decode.TotalSeconds);
            WriteSpeed("prefillTokensPerSecond", result.PromptTokens, result.Timings.Prefill);
            WriteSpeed("decodeTokensPerSecond", DecodeSteps(result), result.Timings.Decode);
            json.WriteEndObject();
            json.WriteStartObject("device");
            json.WriteString("kind", Json.Name(model.Device.Kind));
            json.WriteString("name", model.Device.Name);
            json.WriteString("reason", model.Device.Reason);
            json.WriteEndObject();
            json.WriteStartObject("memory");
            Json.WriteMemory(json, model.MemoryPlan);
            json.WriteEndObject();
            json.WriteEndObject();

            void WriteSpeed(string name, int tokens, TimeSpan time)
            {
                if (time > TimeSpan.Zero) json.WriteNumber(name, tokens / time.TotalSeconds);
                else json.WriteNull(name);
            }
        });
    }

    public static void WriteStats(Terminal terminal, LlamaModel model, GenerationResult result, TimeSpan loading)
    {
        terminal.Error.WriteLine($"""
            device  {model.Device.Name} ({model.Device.Reason})
            memory  {Quantities.Memory(model.MemoryPlan)}
            load    {Quantities.Invariant($"{loading.TotalSeconds:0.000} s")}
            prompt  {Quantities.Speed(result.PromptTokens, result.Timings.Prefill)}
            decode  {Quantities.Speed(DecodeSteps(result), result.Timings.Decode)}
            end     {Json.Name(result.FinishReason)} after {result.Tokens.Count} tokens, seed {result.Seed}
            """);
    }

    // An object for each token, in the order of "ids". A token that is forbidden has no number in JSON: null.
    private static void WriteLogProbabilities(Utf8JsonWriter json, IReadOnlyList<GeneratedToken> tokens)
    {
        json.WriteStartArray("logProbabilities");
        foreach (GeneratedToken token in tokens)
        {
            json.WriteStartObject();
            Write(token.Id, token.LogProbability ?? float.NaN);
            json.WriteStartArray("top");
            foreach (TokenLogProbability likely in token.Top)
            {
                json.WriteStartObject();
                Write(likely.Id, likely.LogProbability);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();

        void Write(int id, float logProbability)
        {
            json.WriteNumber("id", id);
            if (float.IsFinite(logProbability)) json.WriteNumber("logProbability", logProbability);
            else json.WriteNull("logProbability");
        }
    }

    // The first token comes out of the prompt's last step.
    private static int DecodeSteps(GenerationResult result) => Math.Max(0, result.Tokens.Count - 1);
}

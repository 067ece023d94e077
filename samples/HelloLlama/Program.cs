using LLamaNet;

using LlamaModel model = await LlamaModel.LoadAsync("samples/LLamaNet.Console/Models/demo-q8_0.gguf");
Console.WriteLine($"{model.Config.Layers} layers on {model.Device.Name}");

var options = new GenerationOptions { Temperature = 0.7f, TopP = 0.9f, MaxOutputTokens = 60, Seed = 1 };
await foreach (GeneratedPart part in model.GenerateAsync("Prince Andrew", options))
{
    Console.Write(part.Text);
    if (part.Result is { } result)
    {
        double seconds = result.Timings.Decode.TotalSeconds;
        Console.WriteLine($"\n({result.Tokens.Count} tokens in {seconds:0.00} s, {result.FinishReason})");
    }
}

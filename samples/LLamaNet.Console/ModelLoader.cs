using LLamaNet.Console.Output;

namespace LLamaNet.Console;

// Loads the checkpoint that the user named, or the demo model, with a bar while it is read.
internal static class ModelLoader
{
    // For commands that work on text.
    public static ModelTokenizer TokenizerOf(LlamaModel model)
    {
        try
        {
            return model.Tokenizer;
        }
        catch (InvalidOperationException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    public static async Task<LlamaModel> LoadAsync(
        Terminal terminal, string? path, ModelOptions options, CancellationToken cancellationToken)
    {
        LlamaModel model = await ProgressBar.RunAsync(terminal, $"Loading {path ?? DemoModel.Name}", report =>
        {
            var progress = new CallbackProgress<LoadProgress>(p => report(p.Bytes / (double)Math.Max(1, p.TotalBytes), null));
            return path is null
                ? LlamaModel.LoadAsync(DemoModel.Open(), DemoModel.Name, options, progress, cancellationToken)
                : LlamaModel.LoadAsync(path, options, progress, cancellationToken);
        });
        terminal.Warn(model.Warnings);
        return model;
    }
}

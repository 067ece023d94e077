namespace LLamaNet.Console;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using Terminal terminal = Terminal.Open();
        using Interrupts interrupts = Interrupts.OfProcess();
        return await CommandLineApp.RunAsync(arguments, terminal, interrupts);
    }
}

using Spectre.Console;

namespace LLamaNet.Console.Output;

// A bar on stderr while work runs; nothing at all where stderr is redirected.
internal static class ProgressBar
{
    public static async Task<T> RunAsync<T>(Terminal terminal, string title, Func<Action<double, string?>, Task<T>> work)
    {
        if (!terminal.ErrorIsPerson) return await work(static (_, _) => { });
        return await terminal.ErrorConsole.Progress().AutoClear(true).StartAsync(async context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
            return await work((fraction, detail) =>
            {
                task.Value = fraction;
                if (detail is not null) task.Description = Markup.Escape($"{title} {detail}");
            });
        });
    }
}

using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

public class ChatCommandTests
{
    [Fact]
    public async Task Every_line_gets_an_answer_until_exit()
    {
        ConsoleRun run = (await ConsoleRun.WithInputAsync(
            "Hello\n\nWho are you?\n/exit\nnever asked\n", "chat", Repository.DemoModel(), "--max-tokens", "8", "--temperature",
            "0", "--ignore-eos")).Succeeded();
        string[] answers = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, answers.Length);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_answer_and_the_chat_goes_on()
    {
        ConsoleRun run = (await ConsoleRun.InterruptedAsync(
            "Hello\nAnd you?\n", "chat", Repository.DemoModel(), "--max-tokens", "100", "--temperature", "0",
            "--ignore-eos")).Succeeded();
        string[] answers = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(answers.Length >= 2, run.Out);
        Assert.True(answers[0].Length < answers[^1].Length, run.Out);
    }

    [Fact]
    public async Task A_question_longer_than_the_context_is_refused_and_the_chat_goes_on()
    {
        string question = string.Concat(Enumerable.Repeat("Prince Andrew ", 100));
        ConsoleRun run = (await ConsoleRun.WithInputAsync(
            $"{question}\nHello\n", "chat", Repository.DemoModel(), "--max-tokens", "4", "--context", "64", "--ignore-eos",
            "--seed", "1")).Succeeded();
        Assert.Contains("longer than the context", run.Error, StringComparison.Ordinal);
        Assert.NotEmpty(run.Out.Trim());
    }

    [Fact]
    public void The_oldest_turns_are_forgotten_first()
    {
        ModelTokenizer tokenizer = LlamaModel.LoadTokenizer(Repository.DemoModel());
        var transcript = new PlainTranscript(tokenizer, contextLength: 128);
        for (int turn = 0; turn < 20; turn++)
        {
            Assert.True(transcript.TryAsk($"question number {turn}"));
            Assert.EndsWith($"User: question number {turn}\nAssistant:", transcript.Prompt, StringComparison.Ordinal);
            Assert.InRange(tokenizer.Encode(transcript.Prompt).Count, 1, 96);
            transcript.Answer($" answer number {turn} ");
        }

        Assert.True(transcript.TryAsk("the last"));
        Assert.Contains(
            "User: question number 19\nAssistant: answer number 19\nUser: the last", transcript.Prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("question number 0\n", transcript.Prompt, StringComparison.Ordinal);
    }
}

using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

public class FailureTests
{
    [Fact]
    public void A_bad_file_is_told_in_its_own_words() =>
        Assert.Equal(
            (1, "a.gguf: offset 0: expected GGUF, found GGML"),
            Failure.Describe(new ModelFormatException("a.gguf", "offset 0", "GGUF", "GGML")));

    [Fact]
    public void Cancelling_has_the_exit_code_that_shells_expect() =>
        Assert.Equal((130, "cancelled"), Failure.Describe(new TaskCanceledException()));

    [Fact]
    public void A_signal_to_terminate_has_the_exit_code_that_shells_expect() =>
        Assert.Equal((143, "terminated"), Failure.Describe(new TaskCanceledException(), isTerminated: true));

    [Fact]
    public void Messages_of_several_lines_become_one() =>
        Assert.Equal((1, "first; second"), Failure.Describe(new ArgumentException("first\r\n  second\n")));

    [Fact]
    public void Control_codes_do_not_reach_the_terminal() =>
        Assert.Equal((1, "\uFFFD[31mred"), Failure.Describe(new IOException("\u001b[31mred")));

    [Fact]
    public void What_nobody_foresaw_is_still_one_line() =>
        Assert.Equal(
            (1, "internal error, InvalidOperationException: boom"), Failure.Describe(new InvalidOperationException("boom")));
}

using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

public class InterruptsTests
{
    [Fact]
    public void The_first_interrupt_ends_the_turn_and_the_next_ends_everything()
    {
        using var interrupts = new Interrupts();
        using CancellationTokenSource turn = interrupts.BeginTurn();

        Assert.True(interrupts.Interrupt());
        Assert.True(turn.IsCancellationRequested);
        Assert.False(interrupts.Token.IsCancellationRequested);

        Assert.True(interrupts.Interrupt());
        Assert.True(interrupts.Token.IsCancellationRequested);
    }

    [Fact]
    public void Between_turns_an_interrupt_ends_everything()
    {
        using var interrupts = new Interrupts();
        using (interrupts.BeginTurn()) interrupts.EndTurn();
        Assert.True(interrupts.Interrupt());
        Assert.True(interrupts.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_signal_to_terminate_ends_everything_in_a_turn_too()
    {
        using var interrupts = new Interrupts();
        using CancellationTokenSource turn = interrupts.BeginTurn();
        Assert.False(interrupts.IsTerminated);
        Assert.True(interrupts.Terminate());
        Assert.True(turn.IsCancellationRequested);
        Assert.True(interrupts.Token.IsCancellationRequested);
        Assert.True(interrupts.IsTerminated);
        Assert.False(interrupts.Terminate());
    }

    [Fact]
    public void An_interrupt_that_changes_nothing_is_left_to_the_system()
    {
        using var interrupts = new Interrupts();
        Assert.True(interrupts.Interrupt());
        Assert.False(interrupts.Interrupt());
    }
}

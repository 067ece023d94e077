using Xunit;

namespace LLamaNet.Tests.Engine;

// Callers that wait: for ids, for the end of a model, for a model that waits for them.
public class VisitorTests
{
    private static readonly GenerationOptions s_greedy = new() { Temperature = 0, MaxOutputTokens = 4 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_visitor_that_waits_for_its_own_model_gets_an_exception(bool fromAnotherThread)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using LlamaModel model = await LlamaModel.LoadAsync(Repository.DemoModel(), cancellationToken: cancellation);
        Task<GenerationResult> Ask() => model.CompleteAsync([1], s_greedy, cancellationToken: cancellation);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => model.ComputeLogitsAsync(
            [1, 2],
            (_, _) => (fromAnotherThread ? Task.Run(Ask, cancellation) : Ask()).GetAwaiter().GetResult(),
            cancellationToken: cancellation));
        Assert.Contains("A visitor of logits cannot use its own model", exception.Message, StringComparison.Ordinal);
        Assert.Equal(4, (await Ask()).Tokens.Count);
    }

    [Fact]
    public async Task Ids_are_completed_as_their_text_is()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using LlamaModel model = await LlamaModel.LoadAsync(Repository.DemoModel(), cancellationToken: cancellation);
        IReadOnlyList<int> ids = model.Tokenizer.Encode("Prince", addSpecial: true, parseSpecial: false);
        GenerationResult ofIds = await model.CompleteAsync(ids, s_greedy, cancellationToken: cancellation);
        GenerationResult ofText = await model.CompleteAsync("Prince", s_greedy, cancellationToken: cancellation);
        Assert.Equal(ofText.Text, ofIds.Text);
        await model.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.CompleteAsync(ids, cancellationToken: cancellation));
    }
}

namespace LLamaNet.Backends.Cuda.Step;

// What operations need of a batch: tokens of a table of so many, pages of a cache, rotations of heads of a size, draws from so
// many logits. Null: no operation so far needs it.
internal readonly record struct StepBounds(int? Tokens = null, int? Pages = null, int? HeadDim = null, int? Logits = null)
{
    public void Check(Batch batch)
    {
        if (Tokens is { } tokens) BatchChecks.Tokens(batch, tokens);
        if (Pages is { } pages) BatchChecks.Pages(batch, pages);
        if (HeadDim is { } headDim) BatchChecks.Ropes(batch, headDim);
        if (Logits is { } logits) BatchChecks.Sampling(batch, logits);
    }

    public StepBounds With(StepBounds other) => new(
        other.Tokens ?? Tokens, other.Pages ?? Pages, other.HeadDim ?? HeadDim, other.Logits ?? Logits);
}

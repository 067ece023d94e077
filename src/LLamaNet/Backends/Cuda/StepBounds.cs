namespace LLamaNet.Backends.Cuda;

// What a batch may name: tokens of the table, pages of the cache, rotations of heads of a size.
internal record struct StepBounds(int Vocabulary, int Pages, int HeadDim)
{
    public readonly void Check(Batch batch)
    {
        BatchChecks.Tokens(batch, Vocabulary);
        BatchChecks.Pages(batch, Pages);
        BatchChecks.Ropes(batch, HeadDim);
        if (batch.IsSampled) BatchChecks.Sampling(batch, Vocabulary);
    }
}

namespace LLamaNet;

/// <summary>The model's logits allow no token: one is NaN or positive infinity, or all are negative infinity.</summary>
/// <remarks>Broken weights or an overflow; only the generation it happened in ends.</remarks>
public sealed class NonFiniteLogitsException : Exception
{
    /// <summary>Says where it happened.</summary>
    /// <param name="position">The position in the sequence, from 0.</param>
    /// <param name="sequence">Number of the sequence since the model was loaded, from 1.</param>
    public NonFiniteLogitsException(int position, long sequence)
        : base($"the logits of position {position} of sequence {sequence} are not finite; "
            + "the weights are damaged or overflow their format")
    {
        Position = position;
        Sequence = sequence;
    }

    /// <summary>The position in the sequence, from 0.</summary>
    public int Position { get; }

    /// <summary>Number of the sequence since the model was loaded, from 1.</summary>
    public long Sequence { get; }
}

namespace LLamaNet.Tensors;

// Makes what one user of the formats needs of each: a CPU's tiles, a GPU's planes.
internal abstract class FormatFactory<T>
{
    public abstract T Floats<TFormat>()
        where TFormat : struct, IFloatFormat;

    public abstract T Blocks<TFormat>()
        where TFormat : struct, IBlockFormat;
}

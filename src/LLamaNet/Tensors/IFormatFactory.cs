namespace LLamaNet.Tensors;

// Makes what one user of the formats needs of each: a CPU's tiles, a GPU's planes.
internal interface IFormatFactory<out T>
{
    static abstract T Floats<TFormat>()
        where TFormat : struct, IFloatFormat;

    static abstract T Blocks<TFormat>()
        where TFormat : struct, IBlockFormat;
}

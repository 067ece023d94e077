using LLamaNet.Tensors.Formats;

namespace LLamaNet.Tensors;

// The only list of weight formats: tiles, planes, names and sizes are made from it.
internal static class FormatList
{
    public static T[] Create<TFactory, T>()
        where TFactory : IFormatFactory<T>
        =>
        [
            TFactory.Floats<F32>(),
            TFactory.Floats<F16>(),
            TFactory.Floats<BF16>(),
            TFactory.Blocks<Q8_0>(),
            TFactory.Blocks<Q4_0>(),
            TFactory.Blocks<Q4_1>(),
            TFactory.Blocks<Q5_0>(),
            TFactory.Blocks<Q5_1>(),
            TFactory.Blocks<Q2_K>(),
            TFactory.Blocks<Q3_K>(),
            TFactory.Blocks<Q4_K>(),
            TFactory.Blocks<Q5_K>(),
            TFactory.Blocks<Q6_K>(),
            TFactory.Blocks<IQ4_NL>(),
            TFactory.Blocks<IQ4_XS>(),
        ];
}

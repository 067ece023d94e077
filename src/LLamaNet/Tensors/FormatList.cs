using LLamaNet.Tensors.Formats;

namespace LLamaNet.Tensors;

// The only list of weight formats: tiles, planes, names and sizes are made from it.
internal static class FormatList
{
    public static T[] Create<T>(FormatFactory<T> factory) =>
        [
            factory.Floats<F32>(),
            factory.Floats<F16>(),
            factory.Floats<BF16>(),
            factory.Blocks<Q8_0>(),
            factory.Blocks<Q4_0>(),
            factory.Blocks<Q4_1>(),
            factory.Blocks<Q5_0>(),
            factory.Blocks<Q5_1>(),
            factory.Blocks<Q2_K>(),
            factory.Blocks<Q3_K>(),
            factory.Blocks<Q4_K>(),
            factory.Blocks<Q5_K>(),
            factory.Blocks<Q6_K>(),
            factory.Blocks<IQ4_NL>(),
            factory.Blocks<IQ4_XS>(),
        ];
}

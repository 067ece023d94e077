namespace LLamaNet.Architectures.Mixes;

// The only list of mixes, with the choices of llama.cpp's `llama-quantize`.
internal static class QuantizationMixes
{
    public static IReadOnlyList<QuantizationMix> All { get; } =
    [
        new("F32", 0, DType.F32),
        new("F16", 1, DType.F16),
        new("BF16", 32, DType.BF16),
        new("Q8_0", 7, DType.Q8_0),
        new("Q4_0", 2, DType.Q4_0),
        new("Q4_1", 3, DType.Q4_1),
        new("Q5_0", 8, DType.Q5_0),
        new("Q5_1", 9, DType.Q5_1),
        new("Q2_K", 10, DType.Q2_K)
        {
            Rules =
            [
                new(TensorRole.Value, DType.Q4_K, MinQueriesPerKey: 4),
                new(TensorRole.Value, DType.Q3_K),
                new(TensorRole.AttentionOutput, DType.Q3_K),
                new(TensorRole.Down, DType.Q3_K),
            ],
        },
        new("Q2_K_S", 21, DType.Q2_K)
        {
            Rules =
            [
                new(TensorRole.Value, DType.Q4_K, MinQueriesPerKey: 4),
                new(TensorRole.Down, DType.Q4_K, LayerRange.FirstEighth),
            ],
        },
        new("Q3_K_S", 11, DType.Q3_K),
        new("Q3_K_M", 12, DType.Q3_K, "Q3_K")
        {
            Rules =
            [
                new(TensorRole.Value, DType.Q5_K, LayerRange.FirstTwo),
                new(TensorRole.Value, DType.Q4_K),
                new(TensorRole.AttentionOutput, DType.Q4_K),
                new(TensorRole.Down, DType.Q5_K, LayerRange.FirstSixteenth),
                new(TensorRole.Down, DType.Q4_K),
            ],
        },
        new("Q3_K_L", 13, DType.Q3_K)
        {
            Rules =
            [
                new(TensorRole.Value, DType.Q5_K),
                new(TensorRole.AttentionOutput, DType.Q5_K),
                new(TensorRole.Down, DType.Q5_K),
            ],
        },
        new("Q4_K_S", 14, DType.Q4_K)
        {
            Rules =
            [
                new(TensorRole.Value, DType.Q5_K, LayerRange.FirstFour),
                new(TensorRole.Down, DType.Q5_K, LayerRange.FirstEighth),
            ],
        },
        new("Q4_K_M", 15, DType.Q4_K, "Q4_K") { Rules = MoreBits(DType.Q6_K) },
        new("Q5_K_S", 16, DType.Q5_K),
        new("Q5_K_M", 17, DType.Q5_K, "Q5_K") { Rules = MoreBits(DType.Q6_K) },
        new("Q6_K", 18, DType.Q6_K),
        new("IQ4_NL", 25, DType.IQ4_NL) { Rules = FiveBits() },
        new("IQ4_XS", 30, DType.IQ4_XS) { Rules = FiveBits() },
    ];

    private static MixRule[] MoreBits(DType type) =>
        [new(TensorRole.Value, type, LayerRange.Sensitive), new(TensorRole.Down, type, LayerRange.Sensitive)];

    private static MixRule[] FiveBits() =>
    [
        new(TensorRole.Value, DType.Q5_K, MinQueriesPerKey: 4),
        new(TensorRole.Down, DType.Q5_K, LayerRange.FirstEighth),
    ];
}

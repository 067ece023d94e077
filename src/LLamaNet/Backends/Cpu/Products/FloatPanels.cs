using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Products of many tokens with panels of float weights. Pairs of panels are widened to f32 a stretch of columns at a time.
// Every token passes over a stretch while it is in the cache.
internal static unsafe class FloatPanels<TRegister, TFormat>
    where TRegister : unmanaged, IRegister<TRegister>
    where TFormat : struct, IFloatFormat
{
    // Widening pays from here on.
    public const int MinTokens = 12;

    // Of panels in one pass over the activations; their stretch takes 128 KB.
    public const int MaxPanels = 4;

    private const int Rows = TileKernel.Rows;
    private const int StretchSteps = 64;
    private const int GroupsAtOnce = 6;
    private const int PairRows = FloatBlock<TRegister>.PairRows;
    private const int TokenSums = FloatBlock<TRegister>.TokenSums;

    // panels: an even number of them, from firstPanel of the part on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(CpuWeight.Part part, int firstPanel, int panels, ActivationRecords records, PanelOutputs y)
    {
        int pairs = panels / 2;
        int pairWeights = StretchSteps * FloatRecord.Length * PairRows;
        int pairSums = GroupsAtOnce * TileKernel.GroupTokens * TokenSums;
        float* weights = ThreadScratch.Floats(pairs * (pairWeights + pairSums));
        float* sums = weights + pairs * pairWeights;

        for (int firstGroup = 0; firstGroup < records.Groups; firstGroup += GroupsAtOnce)
        {
            int endGroup = Math.Min(firstGroup + GroupsAtOnce, records.Groups);
            new Span<float>(sums, pairs * pairSums).Clear();
            for (int firstStep = 0; firstStep < part.Steps; firstStep += StretchSteps)
            {
                int steps = Math.Min(StretchSteps, part.Steps - firstStep);
                for (int panel = 0; panel < panels; panel++)
                {
                    byte* source = part.Panel(firstPanel + panel) + (long)firstStep * FloatRecord.Length * Rows * TFormat.Bytes;
                    Widen(source, steps * FloatRecord.Length, weights + panel / 2 * pairWeights + panel % 2 * Rows);
                }

                for (int group = firstGroup; group < endGroup; group++)
                {
                    int tokens = records.TokensOf(group), stepLength = tokens * FloatRecord.Length;
                    float* x = (float*)records.Group(group) + (long)firstStep * stepLength;
                    float* sum = sums + (group - firstGroup) * TileKernel.GroupTokens * TokenSums;
                    for (int pair = 0; pair < pairs; pair++)
                    {
                        FloatBlock<TRegister>.Multiply(
                            weights + pair * pairWeights, steps, x, stepLength, tokens, sum + pair * pairSums);
                    }
                }
            }

            for (int group = firstGroup; group < endGroup; group++)
            {
                float* sum = sums + (group - firstGroup) * TileKernel.GroupTokens * TokenSums;
                for (int panel = 0; panel < panels; panel++)
                {
                    float* panelSums = sum + panel / 2 * pairSums + panel % 2 * Rows;
                    AddParities(panelSums, records.TokensOf(group));
                    y.Store<TRegister>(panelSums, TokenSums, group, records.TokensOf(group), part, firstPanel + panel);
                }
            }
        }
    }

    // weights: [columns][32], of which this panel's sixteen are written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* panel, int columns, float* weights)
    {
        var widening = new F16Widening<TRegister>();
        for (int column = 0; column < columns; column++)
        {
            for (int lane = 0; lane < Rows; lane += TRegister.Lanes)
                TRegister.Store(FloatElements.Load<TRegister, TFormat>(panel + lane * TFormat.Bytes, widening), weights + lane);
            panel += Rows * TFormat.Bytes;
            weights += PairRows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddParities(float* sums, int tokens)
    {
        for (int token = 0; token < tokens; token++, sums += TokenSums)
        {
            for (int lane = 0; lane < Rows; lane += TRegister.Lanes)
            {
                TRegister sum = TRegister.AddFloats(TRegister.Load(sums + lane), TRegister.Load(sums + PairRows + lane));
                TRegister.Store(sum, sums + lane);
            }
        }
    }
}

using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Attention;

// y[r, h] from the softmax states of the spans that Attention left in the plan
// Shapes    y: [rows, heads * headDim].
// Threads   a block of queries and a key/value head is a chunk.
// Numerics  spans merged in order, as Attention does when the keys are not split.
internal readonly unsafe struct AttentionMerge(CpuTensor y, AttentionShape shape, AttentionPlan plan) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly AttentionShape _shape = shape;
    private readonly AttentionPlan _plan = plan;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        (int index, int kvHead) = Math.DivRem(chunk, _shape.KvHeads);
        QueryBlock block = _plan.Block(index);
        float* total = _plan.PartialStates(index, 0, kvHead);
        for (int span = 1; span < AttentionPlan.SpansOf(block); span++)
            AttentionPieces.Merge<V>(total, _plan.PartialStates(index, span, kvHead), block.Count * _shape.Group, _shape.HeadDim);

        AttentionPieces.Finish<V>(_y, total, _shape, block, kvHead);
    }
}

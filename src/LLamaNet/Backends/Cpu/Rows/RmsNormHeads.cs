using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// v = v / sqrt(mean(v^2) + epsilon) * norm, for each head v of q and of k
// Shapes    qkv: [rows, (heads + 2 kvHeads) * headDim] as q | k | v; queryNorm, keyNorm: [1, headDim].
// Threads   chunks of rows.
// Numerics  as RmsNorm.
internal readonly unsafe struct RmsNormHeads(
    CpuTensor qkv, CpuTensor queryNorm, CpuTensor keyNorm, AttentionShape shape, float epsilon, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _qkv = qkv;
    private readonly CpuTensor _queryNorm = queryNorm;
    private readonly CpuTensor _keyNorm = keyNorm;
    private readonly AttentionShape _shape = shape;
    private readonly float _epsilon = epsilon;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int headDim = _shape.HeadDim;
        for (int row = _split.First(chunk); row < _split.End(chunk); row++)
        {
            // k follows q, so its heads are simply the next ones.
            float* head = _qkv.Pointer + (long)row * _shape.QkvWidth;
            for (int i = 0; i < _shape.Heads + _shape.KvHeads; i++, head += headDim)
            {
                float* norm = (i < _shape.Heads ? _queryNorm : _keyNorm).Pointer;
                RmsNorm.Row<V>(head, head, norm, headDim, _epsilon);
            }
        }
    }
}

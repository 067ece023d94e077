using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// (v[i], v[i + half]) -> (v[i] cos - v[i + half] sin, v[i] sin + v[i + half] cos), half = headDim / 2: q and k of every head
// Shapes    qkv: [rows, (heads + 2 kvHeads) * headDim] as q | k | v; cosines, sines: [positions, half]; in place.
// Threads   chunks of rows.
// Numerics  both products and their sum rounded; angles come from the table.
internal readonly unsafe struct Rope(CpuTensor qkv, AttentionShape shape, Batch batch, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _qkv = qkv;
    private readonly AttentionShape _shape = shape;
    private readonly Batch _batch = batch;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int row = _split.First(chunk);
        int end = _split.End(chunk);
        for (int index = BatchRows.SegmentOf(_batch, row); row < end; index++)
        {
            Batch.Segment segment = _batch.Segments[index];
            var cosines = (CpuTensor)segment.Rope.Cosines;
            var sines = (CpuTensor)segment.Rope.Sines;
            for (; row < Math.Min(end, segment.FirstRow + segment.Count); row++)
            {
                long angles = (segment.FirstPosition + row - segment.FirstRow) * (long)cosines.Width;
                RotateHeads<V>(_qkv.Pointer + (long)row * _shape.QkvWidth, cosines.Pointer + angles, sines.Pointer + angles);
            }
        }
    }

    private void RotateHeads<V>(float* qkv, float* cosines, float* sines)
        where V : unmanaged, ILanes<V>
    {
        // k follows q, so its heads are simply the next ones.
        for (int head = 0; head < _shape.Heads + _shape.KvHeads; head++)
            Rotate<V>(qkv + (long)head * _shape.HeadDim, cosines, sines, _shape.HeadDim / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate<V>(float* head, float* cosines, float* sines, int half)
        where V : unmanaged, ILanes<V>
    {
        int i = 0;
        for (; i <= half - ILanes<V>.Count; i += ILanes<V>.Count)
        {
            V x = V.Load(head + i), y = V.Load(head + half + i), cosine = V.Load(cosines + i), sine = V.Load(sines + i);
            V.Store(x * cosine - y * sine, head + i);
            V.Store(x * sine + y * cosine, head + half + i);
        }

        int rest = half - i;
        if (rest == 0) return;
        V lastX = PartialLanes.Load<V>(head + i, rest), lastY = PartialLanes.Load<V>(head + half + i, rest);
        V lastCosine = PartialLanes.Load<V>(cosines + i, rest), lastSine = PartialLanes.Load<V>(sines + i, rest);
        PartialLanes.Store(lastX * lastCosine - lastY * lastSine, head + i, rest);
        PartialLanes.Store(lastX * lastSine + lastY * lastCosine, head + half + i, rest);
    }
}

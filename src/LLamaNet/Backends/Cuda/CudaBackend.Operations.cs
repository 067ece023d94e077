using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// The operations between products.
internal partial class CudaBackend
{
    private readonly GatherKernel _gather;
    private readonly RmsNormKernel _rmsNorm;
    private readonly AddKernel _add;
    private readonly SwiGluKernel _swiGlu;
    private readonly RopeKernel _rope;
    private readonly StoreKvKernel _storeKv;
    private readonly RopeStoreKvKernel _ropeStoreKv;
    private readonly AttentionKernels _attention;
    private AttentionScratch? _attentionScratch;

    public override void Gather(Tensor y, Tensor x, ReadOnlySpan<int> rowIndices)
    {
        CudaTensor target = Checked(y, rowIndices.Length, x.Width), source = Checked(x, 0, x.Width);
        foreach (int row in rowIndices)
        {
            if (row < 0 || row >= x.Rows) throw new ArgumentOutOfRangeException(nameof(rowIndices), row, $"There are {x.Rows} rows.");
        }

        if (_batch.MakeRoom(rowIndices)) _recordings.Clear();
        _gather.Launch(_stream, target, source, _batch.UpdateRows(rowIndices, _stream), rowIndices.Length);
    }

    public override void RmsNorm(Tensor y, Tensor x, Tensor weight, int rows, float epsilon) =>
        _rmsNorm.Launch(_stream, Checked(y, rows, x.Width), Checked(x, rows, x.Width), Checked(weight, 1, x.Width), rows, epsilon);

    public override void Add(Tensor y, Tensor x, int rows) =>
        _add.Launch(_stream, Checked(y, rows, x.Width), Checked(x, rows, x.Width), rows);

    public override void SwiGlu(Tensor y, Tensor gateUp, int rows) =>
        _swiGlu.Launch(_stream, Checked(y, rows, gateUp.Width / 2), Checked(gateUp, rows, 2 * y.Width), rows);

    public override void Rope(Tensor qkv, AttentionShape shape, Batch batch)
    {
        CheckRopes(shape, batch);
        CudaTensor rows = Checked(qkv, batch.Count, shape.QkvWidth);
        if (batch.Count > 0) _rope.Launch(_stream, rows, shape, Uploaded(batch));
    }

    public override void StoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        CheckPages(kv, shape, batch);
        CudaTensor rows = Checked(qkv, batch.Count, shape.QkvWidth);
        if (batch.Count > 0) _storeKv.Launch(_stream, kv, rows, shape, Uploaded(batch));
    }

    public override void RopeStoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        CheckRopes(shape, batch);
        CheckPages(kv, shape, batch);
        CudaTensor rows = Checked(qkv, batch.Count, shape.QkvWidth);
        if (batch.Count > 0) _ropeStoreKv.Launch(_stream, kv, rows, shape, Uploaded(batch));
    }

    public override void Attention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        CheckPages(kv, shape, batch);
        CudaTensor target = Checked(y, batch.Count, shape.QueryWidth), source = Checked(qkv, batch.Count, shape.QkvWidth);
        if (batch.Count == 0) return;
        AttentionScratch scratch = ReserveAttention(shape, batch.Segments.Count);
        _attention.Launch(_stream, target, source, kv, shape, Uploaded(batch), scratch);
    }

    public override void RopeStoreKvAttention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        CheckRopes(shape, batch);
        CheckPages(kv, shape, batch);
        CudaTensor target = Checked(y, batch.Count, shape.QueryWidth), source = Checked(qkv, batch.Count, shape.QkvWidth);
        if (batch.Count == 0) return;
        AttentionScratch scratch = ReserveAttention(shape, batch.Segments.Count);
        if (!_attention.TryLaunchWithRope(_stream, target, source, kv, shape, Uploaded(batch), scratch))
            base.RopeStoreKvAttention(y, qkv, kv, shape, batch);
    }

    private AttentionScratch ReserveAttention(AttentionShape shape, int segments)
    {
        if (_attentionScratch is { } scratch && scratch.Shape == shape && scratch.Segments >= segments) return scratch;
        if (_attentionScratch is not null)
        {
            // Launches under way may still use it.
            _stream.Synchronize();
            _recordings.Clear();
            _attentionScratch.Dispose();
        }

        return _attentionScratch = new AttentionScratch(_context, shape, segments, _stream);
    }

    private void CheckRopes(AttentionShape shape, Batch batch)
    {
        BatchChecks.Ropes(batch, shape.HeadDim);
        _bounds.HeadDim = shape.HeadDim;
    }

    private void CheckPages(KvLayer kv, AttentionShape shape, Batch batch)
    {
        int pages = BatchChecks.Layer(kv, shape, KvCacheTypes);
        BatchChecks.Pages(batch, pages);
        _bounds.Pages = pages;
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Tracing;

// Times every operation of another backend, which must not record steps: a replayed recording runs no operations here.
// A device that queues operations is waited for before and after each.
internal sealed class TracingBackend(Backend inner) : Backend
{
    // Weights and what they are called.
    private readonly ConditionalWeakTable<Weight, string> _operands = [];

    public TraceRecorder Recorder { get; } = new(
        inner.Name,
        inner.QueuesOperations ? "each operation is waited for, so times hold its launch" : "wall time of each operation",
        inner.Ceilings);

    public override string Name => inner.Name;

    public override IReadOnlyList<int> WarmUpRows => inner.WarmUpRows;

    public override long AvailableBytes => inner.AvailableBytes;

    public override long AllocatedBytes => inner.AllocatedBytes;

    public override IReadOnlyList<DType> KvCacheTypes => inner.KvCacheTypes;

    public override int MaxSampledVocabulary => inner.MaxSampledVocabulary;

    public override TraceCeilings? Ceilings => inner.Ceilings;

    public override bool QueuesOperations => inner.QueuesOperations;

    public override Tensor Allocate(DType type, int rows, int width) => inner.Allocate(type, rows, width);

    public override Weight Load(
        IReadOnlyList<MatrixSource> parts, float[]? bias, Action<long> bytesRead, CancellationToken cancellationToken) =>
        inner.Load(parts, bias, bytesRead, cancellationToken);

    public override void Write(Tensor destination, ReadOnlySpan<float> values) => inner.Write(destination, values);

    public override void Read(Tensor source, int firstRow, Span<float> values)
    {
        long started = Start();
        inner.Read(source, firstRow, values);
        Record(Stop(started), new("Read", "to the host", values.Length / source.Width), OperationWork.Rows(1, values.Length));
    }

    public override void Reserve(StepLimits limits) => inner.Reserve(limits);

    public override void Step(Batch batch, Action<Batch> operations) => inner.Step(batch, operations);

    public override void Synchronize() => inner.Synchronize();

    public override void Embed(Tensor y, Weight table, Batch batch)
    {
        long started = Start();
        inner.Embed(y, table, batch);
        long rowBytes = table.Bytes / Math.Max(1, table.Rows);
        Record(
            Stop(started), new(nameof(Embed), Operand(table), batch.Count),
            new(batch.Count * (rowBytes + table.Width * sizeof(float))));
    }

    public override void Gather(Tensor y, Tensor x, ReadOnlySpan<int> rowIndices)
    {
        long started = Start();
        inner.Gather(y, x, rowIndices);
        Record(
            Stop(started), new(nameof(Gather), Operand(x), rowIndices.Length),
            OperationWork.Rows(rowIndices.Length, 2L * x.Width));
    }

    public override void RmsNorm(Tensor y, Tensor x, Tensor weight, int rows, float epsilon)
    {
        long started = Start();
        inner.RmsNorm(y, x, weight, rows, epsilon);
        Record(Stop(started), new(nameof(RmsNorm), Operand(x), rows), OperationWork.Rows(rows, 2L * x.Width));
    }

    public override void MatMul(Tensor y, Tensor x, Weight weight, int rows)
    {
        long started = Start();
        inner.MatMul(y, x, weight, rows);
        StopProduct(started, nameof(MatMul), weight, rows, weight.Rows);
    }

    public override void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows)
    {
        long started = Start();
        inner.MatMulAdd(y, x, weight, rows);
        StopProduct(started, nameof(MatMulAdd), weight, rows, 2L * weight.Rows);
    }

    public override void RmsNormMatMul(Tensor y, Tensor x, Tensor norm, Weight weight, int rows, float epsilon)
    {
        long started = Start();
        inner.RmsNormMatMul(y, x, norm, weight, rows, epsilon);
        StopProduct(started, nameof(RmsNormMatMul), weight, rows, weight.Rows);
    }

    public override void RmsNormMatMulSwiGlu(Tensor y, Tensor x, Tensor norm, Weight gateUpWeight, int rows, float epsilon)
    {
        long started = Start();
        inner.RmsNormMatMulSwiGlu(y, x, norm, gateUpWeight, rows, epsilon);
        StopProduct(started, nameof(RmsNormMatMulSwiGlu), gateUpWeight, rows, gateUpWeight.Rows / 2);
    }

    public override void Add(Tensor y, Tensor x, int rows)
    {
        long started = Start();
        inner.Add(y, x, rows);
        Record(Stop(started), new(nameof(Add), Operand(x), rows), OperationWork.Rows(rows, 3L * x.Width));
    }

    public override void SwiGlu(Tensor y, Tensor gateUp, int rows)
    {
        long started = Start();
        inner.SwiGlu(y, gateUp, rows);
        Record(Stop(started), new(nameof(SwiGlu), Operand(gateUp), rows), OperationWork.Rows(rows, y.Width + (long)gateUp.Width));
    }

    public override void Scale(Tensor y, float factor, int rows)
    {
        if (factor == 1) return;
        long started = Start();
        inner.Scale(y, factor, rows);
        Record(Stop(started), new(nameof(Scale), Operand(y), rows), OperationWork.Rows(rows, 2L * y.Width));
    }

    public override void RmsNormHeads(
        Tensor qkv, Tensor queryNorm, Tensor keyNorm, AttentionShape shape, int rows, float epsilon)
    {
        long started = Start();
        inner.RmsNormHeads(qkv, queryNorm, keyNorm, shape, rows, epsilon);
        long normed = shape.QueryWidth + (long)shape.KeyWidth;
        Record(Stop(started), new(nameof(RmsNormHeads), Operand(shape), rows), OperationWork.Rows(rows, 2 * normed));
    }

    public override void Rope(Tensor qkv, AttentionShape shape, Batch batch)
    {
        long started = Start();
        inner.Rope(qkv, shape, batch);
        Record(Stop(started), new(nameof(Rope), Operand(shape), batch.Count), Rotated(shape, batch));
    }

    public override void StoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        long started = Start();
        inner.StoreKv(kv, qkv, shape, batch);
        Record(Stop(started), new(nameof(StoreKv), Operand(kv, shape), batch.Count), OperationWork.StoreKv(kv, shape, batch));
    }

    public override void RopeStoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        long started = Start();
        inner.RopeStoreKv(kv, qkv, shape, batch);
        Record(
            Stop(started), new(nameof(RopeStoreKv), Operand(kv, shape), batch.Count),
            Rotated(shape, batch) + OperationWork.StoreKv(kv, shape, batch));
    }

    public override void Attention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        long started = Start();
        inner.Attention(y, qkv, kv, shape, batch);
        Record(Stop(started), new(nameof(Attention), Operand(kv, shape), batch.Count), OperationWork.Attention(kv, shape, batch));
    }

    public override void RopeStoreKvAttention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        long started = Start();
        inner.RopeStoreKvAttention(y, qkv, kv, shape, batch);
        Record(
            Stop(started), new(nameof(RopeStoreKvAttention), Operand(kv, shape), batch.Count),
            OperationWork.StoreKv(kv, shape, batch) + OperationWork.Attention(kv, shape, batch));
    }

    public override void Sample(Tensor logits, Batch batch)
    {
        long started = Start();
        inner.Sample(logits, batch);
        Record(
            Stop(started), new(nameof(Sample), Operand(logits), batch.SampledCount),
            OperationWork.Rows(batch.SampledCount, logits.Width));
    }

    public override void ReadSampled(Span<int> tokens) => inner.ReadSampled(tokens);

    public override void Dispose() => inner.Dispose();

    private static OperationWork Rotated(AttentionShape shape, Batch batch) =>
        OperationWork.Rows(batch.Count, 2L * (shape.QueryWidth + shape.KeyWidth));

    private static string Operand(Tensor tensor) => $"{tensor.Width} F32";

    private static string Operand(AttentionShape shape) => $"{shape.Heads}/{shape.KvHeads} heads of {shape.HeadDim}";

    private static string Operand(KvLayer kv, AttentionShape shape)
    {
        string window = shape.Window == 0 ? "" : $", window of {shape.Window}";
        return $"{Operand(shape)}{window}, cache {kv.Keys.Type}";
    }

    private string Operand(Weight weight) => _operands.GetValue(
        weight, static weight => $"{weight.Rows} x {weight.Width} {weight.TypeNames}");

    private void StopProduct(long started, string name, Weight weight, int rows, long outputs)
    {
        bool isQuantized = weight.Types.All(type => WeightFormat.Of(type).IsQuantized);
        Record(Stop(started), new(name, Operand(weight), rows, isQuantized), OperationWork.Product(weight, rows, outputs));
    }

    private long Start()
    {
        inner.Synchronize();
        return Stopwatch.GetTimestamp();
    }

    private long Stop(long started)
    {
        inner.Synchronize();
        return Stopwatch.GetTimestamp() - started;
    }

    private void Record(long ticks, TraceRecorder.Key key, OperationWork work) => Recorder.Add(key, ticks, work);
}

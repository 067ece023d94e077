using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Attention;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Products;
using LLamaNet.Backends.Cpu.Rows;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu;

// Operations over the threads of one pool. Results do not depend on the thread count, on the width of the registers or on
// what else is in the batch. For one thread at a time.
internal sealed unsafe class CpuBackend : Backend
{
    private readonly MemoryCount _memory = new();
    private readonly ChunkPool _pool;
    private readonly CpuScratch _scratch;
    private readonly CpuProducts _products;

    // width: of the registers, the widest the CPU has by default. dots: how bytes are multiplied, by default what is fastest
    // at the width for the weights' bits.
    public CpuBackend(int threads, SimdWidth? width = null, ByteDots? dots = null)
    {
        if (dots is { } way && !ByteDotsChoice.IsSupported(way))
            throw new ArgumentOutOfRangeException(nameof(dots), dots, "This CPU has no such instructions.");
        Width = width ?? SimdWidths.Widest;
        if (!SimdWidths.IsSupported(Width))
            throw new ArgumentOutOfRangeException(nameof(width), width, "This CPU has no such registers.");
        _pool = new ChunkPool(threads);
        _scratch = new CpuScratch(_memory);
        _products = new CpuProducts(_pool, Width, dots, _scratch, _memory);
    }

    public SimdWidth Width { get; }

    public override string Name =>
        $"CPU, {(_pool.Threads == 1 ? "1 thread" : $"{_pool.Threads} threads")}, {SimdWidths.Describe(Width)}";

    public static IReadOnlyList<DType> KvTypes { get; } = [DType.F32, DType.F16, DType.Q8_0];

    public override IReadOnlyList<DType> KvCacheTypes => KvTypes;

    public override long AvailableBytes => CpuMemory.AvailableBytes();

    public override long AllocatedBytes => _memory.Bytes;

    public override Tensor Allocate(DType type, int rows, int width) => new CpuTensor(type, rows, width, _memory);

    public override Weight Load(
        IReadOnlyList<MatrixSource> parts, float[]? bias, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        CpuWeight weight = _products.Load(parts, bytesRead, cancellationToken);
        SetBias(weight, bias);
        return weight;
    }

    public override void Write(Tensor destination, ReadOnlySpan<float> values)
    {
        var tensor = (CpuTensor)destination;
        TensorChecks.Transfer(tensor, 0, values.Length);
        WeightFormat format = WeightFormat.Of(tensor.Type);
        int rowBytes = (int)format.RowBytes(tensor.Width);
        if (!format.CanHold(values)) tensor.AllFinite = false;
        for (int row = 0; row * (long)tensor.Width < values.Length; row++)
            format.Quantize(values.Slice(row * tensor.Width, tensor.Width), new Span<byte>(tensor.RowBytes(row), rowBytes));
        GC.KeepAlive(tensor);
    }

    public override void Read(Tensor source, int firstRow, Span<float> values)
    {
        var tensor = (CpuTensor)source;
        TensorChecks.Transfer(tensor, firstRow, values.Length);
        WeightFormat format = WeightFormat.Of(tensor.Type);
        int rowBytes = (int)format.RowBytes(tensor.Width);
        for (int row = 0; row * (long)tensor.Width < values.Length; row++)
        {
            var bytes = new ReadOnlySpan<byte>(tensor.RowBytes(firstRow + row), rowBytes);
            format.Dequantize(bytes, values.Slice(row * tensor.Width, tensor.Width));
        }

        GC.KeepAlive(tensor);
    }

    public override void Reserve(StepLimits limits) => _scratch.Reserve(limits, _pool.Threads);

    public override void Embed(Tensor y, Weight table, Batch batch)
    {
        CpuTensor rows = Checked(y, batch.Count, table.Width);
        BatchChecks.Tokens(batch, table.Rows);
        fixed (int* tokens = batch.Tokens)
            _pool.Run(batch.Count, new Embed(rows, (CpuWeight)table, tokens));
    }

    public override void Gather(Tensor y, Tensor x, ReadOnlySpan<int> rowIndices)
    {
        var split = RowSplit.Fine(rowIndices.Length, x.Width);
        fixed (int* indices = rowIndices)
            _pool.Run(split.Chunks, new Gather(Checked(y, rowIndices.Length, x.Width), Checked(x, 0, x.Width), indices, split));
    }

    public override void RmsNorm(Tensor y, Tensor x, Tensor weight, int rows, float epsilon)
    {
        var split = RowSplit.Fine(rows, x.Width);
        Run(split.Chunks, new RmsNorm(
            Checked(y, rows, x.Width), Checked(x, rows, x.Width), Checked(weight, 1, x.Width), epsilon, split));
    }

    public override void Scale(Tensor y, float factor, int rows)
    {
        CpuTensor values = Checked(y, rows, y.Width);
        if (factor == 1) return;
        var split = RowSplit.Fine(rows, y.Width);
        Run(split.Chunks, new Scale(values, factor, split));
    }

    public override void RmsNormHeads(
        Tensor qkv, Tensor queryNorm, Tensor keyNorm, AttentionShape shape, int rows, float epsilon)
    {
        var split = RowSplit.Fine(rows, qkv.Width);
        Run(split.Chunks, new RmsNormHeads(
            Checked(qkv, rows, shape.QkvWidth), Checked(queryNorm, 1, shape.HeadDim), Checked(keyNorm, 1, shape.HeadDim), shape,
            epsilon, split));
    }

    public override void MatMul(Tensor y, Tensor x, Weight weight, int rows) => Multiply(y, x, weight, rows, add: false);

    public override void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows) => Multiply(y, x, weight, rows, add: true);

    public override void RmsNormMatMul(Tensor y, Tensor x, Tensor norm, Weight weight, int rows, float epsilon)
    {
        CpuTensor normed = _scratch.Normed(rows, weight.Width);
        RmsNorm(normed, x, norm, rows, epsilon);
        MatMul(y, normed, weight, rows);
    }

    public override void RmsNormMatMulSwiGlu(Tensor y, Tensor x, Tensor norm, Weight gateUpWeight, int rows, float epsilon)
    {
        CpuTensor gateUp = _scratch.GateUp(rows, gateUpWeight.Rows);
        RmsNormMatMul(gateUp, x, norm, gateUpWeight, rows, epsilon);
        SwiGlu(y, gateUp, rows);
    }

    public override void Add(Tensor y, Tensor x, int rows)
    {
        var split = RowSplit.Fine(rows, x.Width);
        Run(split.Chunks, new Add(Checked(y, rows, x.Width), Checked(x, rows, x.Width), split));
    }

    public override void SwiGlu(Tensor y, Tensor gateUp, int rows)
    {
        var split = RowSplit.Fine(rows, gateUp.Width);
        Run(split.Chunks, new SwiGlu(Checked(y, rows, gateUp.Width / 2), Checked(gateUp, rows, 2 * y.Width), split));
    }

    public override void Rope(Tensor qkv, AttentionShape shape, Batch batch)
    {
        if (!shape.IsRotated) return;
        var split = RowSplit.Coarse(batch.Count, _pool.Threads, Rows.StoreKv.RowsAtOnce);
        Run(split.Chunks, RopeWork(qkv, shape, batch, split));
    }

    public override void StoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        var split = RowSplit.Coarse(batch.Count, _pool.Threads, Rows.StoreKv.RowsAtOnce);
        Run(split.Chunks, StoreKvWork(kv, qkv, shape, batch, split));
    }

    public override void RopeStoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        if (!shape.IsRotated)
        {
            StoreKv(kv, qkv, shape, batch);
            return;
        }

        var split = RowSplit.Coarse(batch.Count, _pool.Threads, Rows.StoreKv.RowsAtOnce);
        Run(split.Chunks, new RopeStoreKv(RopeWork(qkv, shape, batch, split), StoreKvWork(kv, qkv, shape, batch, split)));
    }

    public override void Attention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        BatchChecks.Pages(batch, BatchChecks.Layer(kv, shape, KvTypes));
        AttentionPlan plan = _scratch.Attention;
        plan.Build(batch, shape, _pool.Threads);
        CpuTensor attended = Checked(y, batch.Count, shape.QueryWidth);
        Run(plan.Pieces, new AttentionPieces(
            attended, Checked(qkv, batch.Count, shape.QkvWidth), (CpuTensor)kv.Keys, (CpuTensor)kv.Values, shape, plan));
        if (plan.Spans > 1) Run(plan.Merges, new AttentionMerge(attended, shape, plan));
    }

    public override void Dispose()
    {
        _pool.Dispose();
        _scratch.Dispose();
    }

    private void Multiply(Tensor y, Tensor x, Weight weight, int rows, bool add)
    {
        CpuTensor outputs = Checked(y, rows, weight.Rows), inputs = Checked(x, rows, weight.Width);
        _products.Multiply(outputs, inputs, (CpuWeight)weight, rows, add);
        if (weight.Bias is not { } bias) return;
        var split = RowSplit.Fine(rows, weight.Rows);
        Run(split.Chunks, new AddBias(outputs, (CpuTensor)bias, split));
    }

    // Where the width of the registers is chosen for work on rows; CpuProducts and the tiles choose theirs.
    private void Run<TWork>(int chunks, TWork work)
        where TWork : struct, ILaneWork
    {
        switch (Width)
        {
            case SimdWidth.V512:
                _pool.Run(chunks, new AtWidth<Lanes512, TWork>(work));
                break;
            case SimdWidth.V256:
                _pool.Run(chunks, new AtWidth<Lanes256, TWork>(work));
                break;
            default:
                _pool.Run(chunks, new AtWidth<Lanes128, TWork>(work));
                break;
        }
    }

    private static Rope RopeWork(Tensor qkv, AttentionShape shape, Batch batch, RowSplit split)
    {
        BatchChecks.Ropes(batch, shape.HeadDim);
        return new Rope(Checked(qkv, batch.Count, shape.QkvWidth), shape, batch, split);
    }

    private static StoreKv StoreKvWork(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch, RowSplit split)
    {
        BatchChecks.Pages(batch, BatchChecks.Layer(kv, shape, KvTypes));
        CpuTensor checkedQkv = Checked(qkv, batch.Count, shape.QkvWidth);
        return new StoreKv((CpuTensor)kv.Keys, (CpuTensor)kv.Values, checkedQkv, shape, batch, split);
    }

    private static CpuTensor Checked(
        Tensor tensor, int rows, int width, [CallerArgumentExpression(nameof(tensor))] string name = "") =>
        TensorChecks.F32<CpuTensor>(tensor, rows, width, name);
}

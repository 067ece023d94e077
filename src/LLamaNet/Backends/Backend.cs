using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// A device: its memory and the operations of the forward pass. Activations are F32 tensors of which the first `rows`
// rows are in use. Arguments stand in the order: output, inputs, weights, shape, rows or batch, epsilon. Scratch of an
// operation is the device's own. Fused operations exist where a device gains by them; the others compose them.
internal abstract class Backend : IDisposable
{
    // For people: "CPU, 2 threads, AVX-512".
    public abstract string Name { get; }

    // Numbers of tokens of steps in which the device does all that it does only once, such as compiling kernels; from the most
    // to the fewest. None: there is no such thing.
    public virtual IReadOnlyList<int> WarmUpRows => [];

    // What a trace compares with, where it is known without measuring.
    public virtual TraceCeilings? Ceilings => null;

    // ---- memory ----

    // Free memory now.
    public abstract long AvailableBytes { get; }

    // Memory held now: tensors, weights and scratch.
    public abstract long AllocatedBytes { get; }

    // What keys and values may be kept in.
    public abstract IReadOnlyList<DType> KvCacheTypes { get; }

    // Zeroed.
    public abstract Tensor Allocate(DType type, int rows, int width);

    // Reads the parts (same width) into the device's own layout; calls bytesRead as it goes, from any thread.
    // bias: of all the parts' rows, in order; every product with the weight adds it. Null: none.
    public abstract Weight Load(
        IReadOnlyList<MatrixSource> parts, float[]? bias, Action<long> bytesRead, CancellationToken cancellationToken);

    // values: row-major F32 from the tensor's first row on.
    public abstract void Write(Tensor destination, ReadOnlySpan<float> values);

    public abstract void Read(Tensor source, int firstRow, Span<float> values);

    // ---- steps ----

    // Allocates the scratch that operations need within these limits, so that none of them has to.
    public abstract void Reserve(StepLimits limits);

    // Runs the operations of one step. A device may record them and replay the recording for batches of the same form:
    // what they do may depend on the numbers of rows, of outputs and of rows that tokens are drawn from, and on nothing else.
    public virtual void Step(Batch batch, Action<Batch> operations) => operations(batch);

    // Whether operations may still be under way when their method returns.
    public virtual bool QueuesOperations => false;

    // Waits for all of them.
    public virtual void Synchronize()
    {
    }

    // ---- plain operations ----

    // y[r] = table[batch.Tokens[r]]                                  y: [rows, width], table: [vocabulary, width]
    public abstract void Embed(Tensor y, Weight table, Batch batch);

    // y[i] = x[rowIndices[i]]                                        y, x: [.., width]
    public abstract void Gather(Tensor y, Tensor x, ReadOnlySpan<int> rowIndices);

    // y[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight            y, x: [rows, width], weight: [1, width]; y may be x
    public abstract void RmsNorm(Tensor y, Tensor x, Tensor weight, int rows, float epsilon);

    // y[r] = y[r] * factor                                           y: [rows, width]; nothing for a factor of 1
    public abstract void Scale(Tensor y, float factor, int rows);

    // Each head of q: v / sqrt(mean(v^2) + epsilon) * queryNorm; each head of k the same with keyNorm. In place.
    // qkv: [rows, (heads + 2 kvHeads) * headDim] as q | k | v; queryNorm, keyNorm: [1, headDim]
    public abstract void RmsNormHeads(
        Tensor qkv, Tensor queryNorm, Tensor keyNorm, AttentionShape shape, int rows, float epsilon);

    // y[r] = weight . x[r] + bias                                    y: [rows, weight.Rows], x: [rows, weight.Width]
    public abstract void MatMul(Tensor y, Tensor x, Weight weight, int rows);

    // y[r] += x[r]                                                   y, x: [rows, width]
    public abstract void Add(Tensor y, Tensor x, int rows);

    // y[r] = silu(gate[r]) * up[r], silu(v) = v / (1 + exp(-v))      y: [rows, n], gateUp: [rows, 2n], gate first
    public abstract void SwiGlu(Tensor y, Tensor gateUp, int rows);

    // Rotates q and k of qkv in place by each token's position; nothing unless shape.IsRotated.
    // For i < headDim / 2: (v[i], v[i + headDim/2]) rotated by the angle of (position, i): split halves.
    // qkv: [rows, (heads + 2 kvHeads) * headDim] as q | k | v
    public abstract void Rope(Tensor qkv, AttentionShape shape, Batch batch);

    // Writes k and v of qkv to the pages of each token's sequence.
    public abstract void StoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch);

    // y[r, h] = softmax(scale * q[r, h] . k[first..position, h / group]) . v[first..position, h / group]
    // Causal: keys after a token's position are never read, nor pages before shape.FirstKey(position). Keys and values of the
    // first page before FirstKey count with weight 0, so they must be finite. Scores are never stored
    // beyond one page of keys.
    // y: [rows, heads * headDim]; keys and values come from kv only.
    public abstract void Attention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch);

    // Logits that a row for Sample may have; 0: there is no Sample, and tokens are drawn on the host.
    public virtual int MaxSampledVocabulary => 0;

    // Draws a token from each of the last batch.SampledCount rows of logits by batch.Sampling; these logits may be lost.
    // logits: [batch.OutputCount, vocabulary]
    public virtual void Sample(Tensor logits, Batch batch) => throw new NotSupportedException($"{Name} draws no tokens.");

    // The tokens drawn, -1 where the logits allow none: one is NaN or positive infinity, or all are negative infinity.
    public virtual void ReadSampled(Span<int> tokens) => throw new NotSupportedException($"{Name} draws no tokens.");

    // ---- fused operations ----

    // y = weight . RmsNorm(x) + bias
    public abstract void RmsNormMatMul(Tensor y, Tensor x, Tensor norm, Weight weight, int rows, float epsilon);

    public virtual void RopeStoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        Rope(qkv, shape, batch);
        StoreKv(kv, qkv, shape, batch);
    }

    // RopeStoreKv, then Attention; q and k of qkv are lost.
    public virtual void RopeStoreKvAttention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        RopeStoreKv(kv, qkv, shape, batch);
        Attention(y, qkv, kv, shape, batch);
    }

    // y += weight . x + bias
    public abstract void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows);

    // y = SwiGlu(gateUpWeight . RmsNorm(x) + bias)
    public abstract void RmsNormMatMulSwiGlu(Tensor y, Tensor x, Tensor norm, Weight gateUpWeight, int rows, float epsilon);

    public abstract void Dispose();

    // For a device's own weight, in Load.
    protected void SetBias(Weight weight, float[]? bias)
    {
        if (bias is null) return;
        if (bias.Length != weight.Rows)
            throw new ArgumentException($"{bias.Length} values for {weight.Rows} rows.", nameof(bias));
        weight.Bias = Allocate(DType.F32, 1, weight.Rows);
        Write(weight.Bias, bias);
    }
}

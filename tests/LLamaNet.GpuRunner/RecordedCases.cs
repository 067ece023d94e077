using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Loading;
using LLamaNet.Tensors;
using LLamaNet.Tests.Doubles;

namespace LLamaNet.GpuRunner;

// Every operation of the backend and a whole model, small enough for the interpreter. The interpreter rounds every product
// and sum as written; a GPU's compiler may fuse a product with a sum, and approximations of exponents differ in their last bits.
internal static class RecordedCases
{
    private const double InFloats = 1e-5;

    // Tensor cores add in an order of their own; an activation in bytes may round the other way.
    private const double InHalvesOrBytes = 5e-3;

    private const float Epsilon = 1e-5f;

    private static readonly LlamaConfig s_config = TestConfigs.Blocks256 with { ContextLength = 256 };

    public static IReadOnlyList<RecordedCase> All { get; } = [.. Rows(), .. Products(), .. Attentions(), .. Models()];

    private static IEnumerable<RecordedCase> Rows()
    {
        yield return Operation("rms_norm", InFloats, backend =>
        {
            using Tensor x = backend.Tensor(3, 1000, Values.Normal(3000, 1)),
                norm = backend.Tensor(1, 1000, Values.Normal(1000, 2));
            using Tensor y = backend.Allocate(DType.F32, 3, 1000);
            backend.RmsNorm(y, x, norm, 3, Epsilon);
            return backend.Values(y);
        });
        yield return Operation("add", InFloats, backend =>
        {
            using Tensor y = backend.Tensor(3, 77, Values.Normal(231, 1)), x = backend.Tensor(3, 77, Values.Normal(231, 2));
            backend.Add(y, x, 3);
            return backend.Values(y);
        });
        yield return Operation("swiglu", InFloats, backend =>
        {
            using Tensor gateUp = backend.Tensor(3, 200, Values.Normal(600, 1)), y = backend.Allocate(DType.F32, 3, 100);
            backend.SwiGlu(y, gateUp, 3);
            return backend.Values(y);
        });
    }

    // One row, as many as go together, and enough for each kind of tile.
    private static IEnumerable<RecordedCase> Products()
    {
        foreach (DType type in PlaneFormat.All.Select(format => format.Type))
        {
            double tolerance = type == DType.F32 ? InFloats : InHalvesOrBytes;
            foreach (int rows in (int[])[1, 5, 20, 80])
            {
                yield return Operation($"matmul_{Lower(type)}_{rows}", tolerance, backend =>
                {
                    using Weight weight = backend.Load(
                        [new TestMatrix(type, 70, 512, seed: 3)], _ => { }, CancellationToken.None);
                    using Tensor x = backend.Tensor(rows, 512, Values.Normal(rows * 512, 4)),
                        y = backend.Allocate(DType.F32, rows, 70);
                    backend.MatMul(y, x, weight, rows);
                    return backend.Values(y);
                });
            }

            foreach (int rows in (int[])[1, 20])
            {
                yield return Operation($"rms_norm_matmul_swiglu_{Lower(type)}_{rows}", tolerance, backend =>
                {
                    using Weight weight = backend.Load(
                        [new TestMatrix(type, 64, 512, seed: 5), new TestMatrix(type, 64, 512, seed: 6)], _ => { },
                        CancellationToken.None);
                    using Tensor x = backend.Tensor(rows, 512, Values.Normal(rows * 512, 7)),
                        norm = backend.Tensor(1, 512, Values.Normal(512, 8));
                    using Tensor y = backend.Allocate(DType.F32, rows, 64);
                    backend.RmsNormMatMulSwiGlu(y, x, norm, weight, rows, Epsilon);
                    return backend.Values(y);
                });
            }
        }
    }

    // A prompt in two pieces, then a token.
    private static IEnumerable<RecordedCase> Attentions()
    {
        foreach (AttentionShape shape in (AttentionShape[])[new(4, 2, 24), new(8, 1, 64), new(6, 3, 80), new(3, 1, 96),
            new(4, 4, 128), new(2, 1, 256)])
        {
            foreach (DType type in shape.HeadDim == 64 ? (DType[])[DType.F16, DType.F32] : [DType.F16])
            {
                yield return Operation($"attention_{shape.HeadDim}_{Lower(type)}", InHalvesOrBytes, backend =>
                {
                    var sequence = new TestSequence(shape, 9, 131, TestSequence.PagesFrom(1, 131));
                    using var cache = new TestCache(backend, shape, type, 4);
                    return [.. cache.Run(sequence, 130, 70), .. cache.Step(sequence, 1)];
                });
            }
        }
    }

    private static IEnumerable<RecordedCase> Models()
    {
        foreach (DType type in (DType[])[DType.F16, DType.Q8_0, DType.Q4_0, DType.Q4_K])
        {
            yield return new RecordedCase($"model_{Lower(type)}", 2e-2, machine =>
            {
                using LlamaModel model = LlamaModel.CreateRandomAsync(
                    s_config, type, 7, new DeviceProviders(new CudaProvider(machine.Open)),
                    new ModelOptions { Device = Device.Cuda() }).GetAwaiter().GetResult();
                var logits = new List<float>();
                int[] tokens = [.. Enumerable.Range(0, 40).Select(i => i * 7 % 200)];
                model.ComputeLogitsAsync(tokens, (_, row) => logits.AddRange(row)).GetAwaiter().GetResult();
                return [.. logits];
            });
        }
    }

    private static RecordedCase Operation(string name, double tolerance, Func<Backend, float[]> compute) =>
        new(name, tolerance, machine =>
    {
        using var backend = new CudaBackend(new CudaContext(machine.Open(), 0));
        return compute(backend);
    });

    private static string Lower(DType type) => type.ToString().ToLowerInvariant();
}

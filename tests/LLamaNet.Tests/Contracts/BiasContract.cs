using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

// Every product with a weight that has a bias is the product without it, plus the bias.
public class BiasContract : BackendContract
{
    private const int Width = 256;
    private const float Epsilon = 1e-5f;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DType[][] Mixtures =>
        [[DType.F32], [DType.F16, DType.F16], [DType.Q8_0, DType.Q8_0], [DType.Q4_K, DType.Q6_K], [DType.BF16, DType.Q4_0]];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Products_add_the_bias(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (DType[] types in Mixtures)
        {
            MatrixSource[] parts = [.. types.Select((type, i) => new TestMatrix(type, 24, Width, i))];
            int outputs = 24 * parts.Length;
            float[] bias = Values.Normal(outputs, 9);
            using Weight plain = backend.Load(parts, _ => { }, Token), biased = backend.Load(parts, bias, _ => { }, Token);
            Assert.Null(plain.Bias);
            using Tensor norm = backend.Tensor(1, Width, Values.Uniform(Width, 2));
            foreach (int rows in (int[])[1, 3, 20])
            {
                using Tensor x = backend.Tensor(rows, Width, Values.Normal(rows * Width, 1));
                float[] before = Values.Normal(rows * outputs, 3);
                AssertPlusBias(y => backend.MatMul(y, x, plain, rows), y => backend.MatMul(y, x, biased, rows));
                AssertPlusBias(y => backend.MatMulAdd(y, x, plain, rows), y => backend.MatMulAdd(y, x, biased, rows));
                AssertPlusBias(
                    y => backend.RmsNormMatMul(y, x, norm, plain, rows, Epsilon),
                    y => backend.RmsNormMatMul(y, x, norm, biased, rows, Epsilon));

                using Tensor gateUp = backend.Allocate(DType.F32, rows, outputs);
                using Guarded expected = new(backend, rows, outputs / 2), actual = new(backend, rows, outputs / 2);
                backend.RmsNormMatMul(gateUp, x, norm, biased, rows, Epsilon);
                backend.SwiGlu(expected.Tensor, gateUp, rows);
                backend.RmsNormMatMulSwiGlu(actual.Tensor, x, norm, biased, rows, Epsilon);
                Assert.Equal(expected.Read(), actual.Read());

                void AssertPlusBias(Action<Tensor> product, Action<Tensor> withBias)
                {
                    using Guarded y = new(backend, rows, outputs, before), z = new(backend, rows, outputs, before);
                    product(y.Tensor);
                    withBias(z.Tensor);
                    Assert.Equal(y.Read().Select((value, i) => value + bias[i % outputs]), z.Read());
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_bias_of_another_length_is_refused(TestBackend kind)
    {
        Backend backend = Open(kind);
        Assert.Throws<ArgumentException>(
            () => backend.Load([new TestMatrix(DType.F16, 8, 32, 1)], new float[7], _ => { }, Token));
    }
}

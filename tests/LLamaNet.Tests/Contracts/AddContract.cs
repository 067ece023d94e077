using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class AddContract : BackendContract
{
    // The sum of two floats has one right answer.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Sums_are_rounded_once(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach ((int rows, int width) in ((int, int)[])[(1, 1), (3, 15), (2, 16), (5, 17), (9, 1000), (3, 8192), (2, 30001)])
        {
            float[] y = Values.Normal(rows * width, 1), x = Values.Normal(rows * width, 2);
            using Guarded sum = new(backend, rows, width, y);
            using Tensor addend = backend.Tensor(rows, width, x);
            backend.Add(sum.Tensor, addend, rows);
            Assert.Equal(y.Zip(x, (a, b) => a + b).ToArray(), sum.Read());
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void May_add_a_tensor_to_itself_and_keeps_non_finite_values(TestBackend kind)
    {
        Backend backend = Open(kind);
        using Guarded sum = new(backend, 1, 5, [1, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -0f]);
        backend.Add(sum.Tensor, sum.Tensor, 1);
        Assert.Equal([2, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -0f], sum.Read());
    }
}

using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RmsNormMatMulSwiGluContract : ProductContract
{
    // Devices may take another exponential inside a product.
    private const double Tolerance = 1e-6;

    [Theory]
    [MemberData(nameof(Products))]
    public void SwiGlu_is_of_the_finished_product(TestBackend kind, DType[] types, int rows)
    {
        Backend backend = Open(kind);
        using Weight weight = Load(backend, types);
        using Tensor x = backend.Tensor(rows, Width, Values.Normal(rows * Width, 1));
        using Tensor norm = backend.Tensor(1, Width, Values.Uniform(Width, 2)), normed = Normed(backend, x, norm, rows);
        using Tensor product = backend.Tensor(rows, weight.Rows, Multiply(backend, normed, weight, rows));
        using Tensor expected = backend.Allocate(DType.F32, rows, weight.Rows / 2);
        backend.SwiGlu(expected, product, rows);

        using Guarded y = new(backend, rows, weight.Rows / 2);
        backend.RmsNormMatMulSwiGlu(y.Tensor, x, norm, weight, rows, Epsilon);
        Close.Assert([.. backend.Values(expected).Select(value => (double)value)], y.Read(), _ => Tolerance);
    }
}

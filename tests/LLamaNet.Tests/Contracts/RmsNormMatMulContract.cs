using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RmsNormMatMulContract : ProductContract
{
    [Theory]
    [MemberData(nameof(Products))]
    public void The_product_is_of_the_finished_norm(TestBackend kind, DType[] types, int rows)
    {
        Backend backend = Open(kind);
        using Weight weight = Load(backend, types);
        using Tensor x = backend.Tensor(rows, Width, Values.Normal(rows * Width, 1));
        using Tensor norm = backend.Tensor(1, Width, Values.Uniform(Width, 2)), normed = Normed(backend, x, norm, rows);
        using Guarded y = new(backend, rows, weight.Rows);
        backend.RmsNormMatMul(y.Tensor, x, norm, weight, rows, Epsilon);
        Assert.Equal(Multiply(backend, normed, weight, rows), y.Read());
    }
}

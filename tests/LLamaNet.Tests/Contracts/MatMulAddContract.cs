using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class MatMulAddContract : ProductContract
{
    [Theory]
    [MemberData(nameof(Products))]
    public void The_finished_product_is_added(TestBackend kind, DType[] types, int rows)
    {
        Backend backend = Open(kind);
        using Weight weight = Load(backend, types);
        using Tensor x = backend.Tensor(rows, Width, Values.Normal(rows * Width, 1));
        float[] before = Values.Normal(rows * weight.Rows, 3);
        using Guarded y = new(backend, rows, weight.Rows, before);
        backend.MatMulAdd(y.Tensor, x, weight, rows);
        Assert.Equal(before.Zip(Multiply(backend, x, weight, rows), (a, b) => a + b), y.Read());
    }
}

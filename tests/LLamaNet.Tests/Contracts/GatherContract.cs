using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class GatherContract : BackendContract
{
    [Theory]
    [MemberData(nameof(Backends))]
    public void Copies_the_rows_asked_for(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (int width in (int[])[1, 17, 64, 5000])
        {
            const int Rows = 9;
            float[] x = Values.Normal(Rows * width, width);
            int[] indices = [8, 0, 3, 3, 7];
            using Tensor source = backend.Tensor(Rows, width, x);
            using Guarded y = new(backend, indices.Length, width);
            backend.Gather(y.Tensor, source, indices);
            Assert.Equal(indices.SelectMany(row => x.Skip(row * width).Take(width)), y.Read());
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void No_rows_are_no_work(TestBackend kind)
    {
        Backend backend = Open(kind);
        using Tensor source = backend.Tensor(1, 4, [1, 2, 3, 4]);
        using Guarded y = new(backend, 0, 4);
        backend.Gather(y.Tensor, source, []);
        Assert.Empty(y.Read());
    }
}

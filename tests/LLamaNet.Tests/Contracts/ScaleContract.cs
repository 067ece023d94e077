using LLamaNet.Backends;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class ScaleContract : BackendContract
{
    [Theory]
    [MemberData(nameof(Backends))]
    public void Multiplies_every_value_by_the_factor(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach ((int rows, int width) in ((int, int)[])[(1, 1), (3, 17), (2, 256), (40, 100), (1, 5632)])
        {
            foreach (float factor in (float[])[0.22f, 1, 12, -3.5f, 0])
            {
                float[] values = Values.Normal(rows * width, width);
                using Guarded y = new(backend, rows, width, values);
                backend.Scale(y.Tensor, factor, rows);
                Assert.Equal(values.Select(value => value * factor), y.Read());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Rows_behind_those_in_use_stay(TestBackend kind)
    {
        Backend backend = Open(kind);
        float[] values = Values.Normal(5 * 33, 1);
        using Guarded y = new(backend, 5, 33, values);
        backend.Scale(y.Tensor, 2, 3);
        Assert.Equal([.. values[..(3 * 33)].Select(value => 2 * value), .. values[(3 * 33)..]], y.Read());
    }
}

using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class EmbedContract : BackendContract
{
    [Theory]
    [MemberData(nameof(BackendsAndFormats))]
    public void A_token_is_its_row_dequantized(TestBackend kind, DType type)
    {
        int width = WeightFormat.Of(type).BlockLength switch { 1 => 4099, 32 => 4192, _ => 4352 };
        var source = new TestMatrix(type, 21, width, 9);
        float[] rows = source.Dequantized();
        int[] tokens = [20, 0, 15];
        IEnumerable<float> expected = tokens.SelectMany(token => rows[(token * width)..((token + 1) * width)]);
        Assert.Equal(Bits(expected), Bits(Embed(Open(kind), source, tokens)));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Tokens_outside_the_table_are_refused(TestBackend kind)
    {
        Backend backend = Open(kind);
        var source = new TestMatrix(DType.F16, 9, 8, 1);
        Assert.Throws<ArgumentException>(() => Embed(backend, source, [0, 9]));
        Assert.Throws<ArgumentException>(() => Embed(backend, source, [-1, 0]));
    }

    private static float[] Embed(Backend backend, TestMatrix source, int[] tokens)
    {
        using Weight table = backend.Weight(source);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 1, 2), backend.Allocate(DType.F32, 1, 2));
        using Guarded y = new(backend, tokens.Length, table.Width);
        var batch = new Batch(tokens.Length);
        batch.Append(tokens, 0, [0], rope, Batch.Outputs.None);
        backend.Embed(y.Tensor, table, batch);
        return y.Read();
    }

    private static IEnumerable<uint> Bits(IEnumerable<float> values) => values.Select(BitConverter.SingleToUInt32Bits);
}

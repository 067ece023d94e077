using LLamaNet.Backends;
using LLamaNet.Models;
using Xunit;

namespace LLamaNet.Tests.Models;

public class RopeTablesTests
{
    private const int Context = 512;

    private static readonly LlamaConfig s_dynamic = TestConfigs.Odd with
    {
        RopeScaling = new RopeScaling.Dynamic(Factor: 4, OriginalContextLength: 100),
    };

    [Fact]
    public void Without_scaling_all_prompts_share_one_table()
    {
        (Backend backend, IDisposable owner) = TestBackend.Plain.Open();
        using (owner)
        using (var tables = new RopeTables(backend, TestConfigs.Odd, Context))
        {
            Assert.Same(tables.For(1), tables.For(Context));
            Assert.Equal(2 * 4 * Context * 6, RopeTables.Bytes(TestConfigs.Odd, Context));
        }
    }

    [Fact]
    public void Row_p_of_a_table_holds_the_angles_of_position_p()
    {
        (Backend backend, IDisposable owner) = TestBackend.Plain.Open();
        using (owner)
        using (var tables = new RopeTables(backend, TestConfigs.Odd, Context))
        {
            RopeTable table = tables.For(1);
            float[] cosines = new float[Context * 6], sines = new float[Context * 6];
            backend.Read(table.Cosines, 0, cosines);
            backend.Read(table.Sines, 0, sines);
            for (int position = 0; position < Context; position++)
            {
                for (int pair = 0; pair < 6; pair++)
                {
                    (double sine, double cosine) = Math.SinCos(position * Math.Pow(10000, -2.0 * pair / 12));
                    Assert.Equal(cosine, cosines[position * 6 + pair], 1e-6);
                    Assert.Equal(sine, sines[position * 6 + pair], 1e-6);
                }
            }
        }
    }

    [Fact]
    public void A_scaling_by_the_prompts_length_has_a_table_for_each_length_beyond_the_original_context()
    {
        (Backend backend, IDisposable owner) = TestBackend.Plain.Open();
        using (owner)
        using (var tables = new RopeTables(backend, s_dynamic, Context))
        {
            RopeTable first = tables.For(1);
            Assert.Same(first, tables.For(100));
            Assert.NotSame(first, tables.For(101));
            Assert.Same(tables.For(101), tables.For(101));
        }
    }

    [Theory]
    [InlineData(100, 2)]
    [InlineData(Context, 1)]
    public void Both_tables_of_LongRoPE_are_planned_and_made_ahead(int original, int tables)
    {
        float[] factors = [1, 1, 1, 2, 2, 2];
        LlamaConfig config = TestConfigs.Odd with { RopeScaling = new RopeScaling.LongRope(factors, factors, original, 1) };
        (Backend backend, IDisposable owner) = TestBackend.Plain.Open();
        using (owner)
        using (var made = new RopeTables(backend, config, Context))
        {
            long before = backend.AllocatedBytes;
            made.MakeAhead();
            long ahead = backend.AllocatedBytes - before;
            made.For(1);
            made.For(Context);
            Assert.Equal(tables * 2L * 4 * Context * 6, RopeTables.Bytes(config, Context));
            Assert.Equal((RopeTables.Bytes(config, Context), ahead), (ahead, backend.AllocatedBytes - before));
        }
    }

    [Fact]
    public void The_oldest_of_many_tables_is_dropped_and_stays_usable()
    {
        (Backend backend, IDisposable owner) = TestBackend.Plain.Open();
        using (owner)
        using (var tables = new RopeTables(backend, s_dynamic, Context))
        {
            RopeTable oldest = tables.For(101);
            for (int length = 102; length <= 105; length++) tables.For(length);
            Assert.NotSame(oldest, tables.For(101));
            var cosines = new float[6];
            backend.Read(oldest.Cosines, 0, cosines);
            Assert.Equal([1, 1, 1, 1, 1, 1], cosines);
        }
    }
}

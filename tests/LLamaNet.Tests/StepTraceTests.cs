using System.Text;
using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests;

public class StepTraceTests
{
    private static readonly StepTrace s_trace = new("CPU, 2 threads", "wall time of each operation",
    [
        new("MatMulAdd", "4096 x 11008 Q4_K", 1, true, 4, TimeSpan.FromMilliseconds(8), 160_000_000, 720_000_000),
        new("Embed", "32000 x 4096 Q4_K", 512, false, 1, TimeSpan.FromMilliseconds(2), 4_000_000, 0),
    ]);

    private static readonly TraceCeilings s_ceilings = new(40e9, 100e9, 50e9);

    [Fact]
    public void A_table_without_ceilings_has_no_shares()
    {
        Assert.Equal(
            """
            CPU, 2 threads; wall time of each operation
            operation  operand            rows  count      us  of time   GB/s  GFLOP/s
            MatMulAdd  4096 x 11008 Q4_K     1      4  2000.0    80.0%  20.00     90.0
            Embed      32000 x 4096 Q4_K   512      1  2000.0    20.0%   2.00        -

            """,
            Table(null), ignoreLineEndingDifferences: true);
    }

    // Bytes are multiplied at 90 % of their peak and read at 50 % of the bandwidth.
    [Fact]
    public void A_share_is_that_of_the_ceiling_that_binds()
    {
        Assert.Equal(
            """
            CPU, 2 threads; wall time of each operation
            operation  operand            rows  count      us  of time   GB/s  GFLOP/s  of ceiling
            MatMulAdd  4096 x 11008 Q4_K     1      4  2000.0    80.0%  20.00     90.0       90.0%
            Embed      32000 x 4096 Q4_K   512      1  2000.0    20.0%   2.00        -        5.0%

            """,
            Table(s_ceilings), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Json_holds_the_sums()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) s_trace.WriteJson(writer, s_ceilings);
        using JsonDocument json = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        Assert.Equal("CPU, 2 threads", json.RootElement.GetProperty("device").GetString());
        JsonElement first = json.RootElement.GetProperty("operations")[0];
        Assert.Equal("MatMulAdd", first.GetProperty("operation").GetString());
        Assert.Equal("4096 x 11008 Q4_K", first.GetProperty("operand").GetString());
        Assert.Equal((1, 4), (first.GetProperty("rows").GetInt32(), first.GetProperty("count").GetInt32()));
        Assert.Equal(8000, first.GetProperty("microseconds").GetDouble());
        Assert.Equal(160_000_000, first.GetProperty("bytes").GetInt64());
        Assert.Equal(720_000_000, first.GetProperty("operations").GetInt64());
        Assert.Equal(0.9, first.GetProperty("shareOfCeiling").GetDouble(), tolerance: 1e-12);
    }

    [Fact]
    public void An_operation_that_the_clock_does_not_see_has_no_rates()
    {
        StepTrace trace = s_trace with { Operations = [s_trace.Operations[0] with { Time = TimeSpan.Zero }] };
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) trace.WriteJson(writer, s_ceilings);
        using JsonDocument json = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        Assert.Equal(0, json.RootElement.GetProperty("operations")[0].GetProperty("shareOfCeiling").GetDouble());
        var table = new StringWriter();
        trace.WriteTable(table, s_ceilings);
        string text = table.ToString().ReplaceLineEndings("\n");
        Assert.EndsWith(" 0.0     0.0%  0.00      0.0        0.0%\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_brings_ceilings_has_shares()
    {
        var table = new StringWriter();
        (s_trace with { Ceilings = s_ceilings }).WriteTable(table);
        Assert.Equal(Table(s_ceilings), table.ToString());
    }

    private static string Table(TraceCeilings? ceilings)
    {
        var writer = new StringWriter();
        s_trace.WriteTable(writer, ceilings);
        return writer.ToString();
    }
}

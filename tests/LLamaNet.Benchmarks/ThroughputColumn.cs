using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace LLamaNet.Benchmarks;

// Bytes moved by a call over its mean time. Compare with CopyBenchmarks of the same run: that is the machine's limit.
internal sealed class ThroughputColumn : IColumn
{
    public string Id => nameof(ThroughputColumn);
    public string ColumnName => "GB/s";
    public string Legend => "Gigabytes read and written in a second (1 GB = 10^9 bytes)";
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool AlwaysShow => true;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
        IMovesBytes? workload = benchmarkCase.Parameters.Items.Select(item => item.Value).OfType<IMovesBytes>().FirstOrDefault();
        return nanoseconds is { } time && workload is not null
            ? (workload.Bytes / time).ToString("F2", CultureInfo.InvariantCulture)
            : "-";
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
